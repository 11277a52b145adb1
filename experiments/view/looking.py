"""`crosswind view`: opens a run, serves its page, and ends with Ctrl-C."""

import gc
import time
import webbrowser
from pathlib import Path

from experiments import terminal
from experiments.view.opened import open_run
from experiments.view.server import serving
from telemetry.clock import now_ns, seconds

POLL_S = 0.2


def look(path: Path, *, port: int, open_browser: bool) -> None:
    """Serve a run's page until Ctrl-C; raises UsageError."""
    began_ns = now_ns()
    opened = open_run(path, terminal.say)
    # What was read stays: the collector need not look at it again with every request.
    gc.freeze()
    if opened.note:
        terminal.say(opened.note)
    with serving(opened, port) as server:
        count = len(opened.by_number)
        took_s = seconds(now_ns() - began_ns)
        terminal.say(f"{count:,} exchanges read in {took_s:.1f} s")
        terminal.say(f"the page: {server.url}  (Ctrl-C ends it)")
        if open_browser and not webbrowser.open(server.url):
            terminal.warn("no browser could be opened here")
        _wait()
    gc.unfreeze()
    opened.shelf.close()
    terminal.say("ended")


def _wait() -> None:
    try:
        while True:
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        return
