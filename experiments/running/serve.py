"""One stand-in without a run: for clients of one's own, until Ctrl-C."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from experiments.reading.problems import as_usage_error
from experiments.running.children import ChildFailedError
from experiments.running.interrupts import Interrupts
from experiments.running.ports import check_port
from experiments.running.processes import STAND_INS, Processes
from providers.catalog import speaks_grpc
from providers.config import StandInConfig, StandInListener

POLL_S = 0.1

Say = Callable[[str], None]


def stand_in(listener: StandInListener, *, seed: int, log_folder: Path | None, say: Say) -> int:
    """Serve one stand-in until Ctrl-C; returns 0, or 4 when it was lost.

    Raises UsageError for one that cannot be served.
    """
    check_port("--port", listener.host, listener.port)
    folder = None if log_folder is None else str(log_folder)
    config = StandInConfig(seed=seed, stand_ins=(listener,), log_folder=folder)
    with processes() as children:
        ports = children.start(STAND_INS, config)
        ((dialect, _parameters),) = listener.dialect.items()
        # A gRPC client is given an address, not a URL.
        scheme = "" if speaks_grpc(listener.dialect) else "http://"
        say(f"{dialect} stand-in at {scheme}{listener.host}:{ports[listener.endpoint]}")
        return _hold(children, say)


@contextlib.contextmanager
def processes() -> Iterator[Processes]:
    """Give the children of a command that is no run; they end with the block."""
    with tempfile.TemporaryDirectory(prefix="crosswind-") as folder:
        children = Processes(Path(folder))
        try:
            # A child that does not start says why: it is what it was told, not a crash of ours.
            with as_usage_error(ChildFailedError):
                yield children
        finally:
            children.release_all()


def _hold(children: Processes, say: Say) -> int:
    say("serving until Ctrl-C")
    with Interrupts(children.kill_all) as interrupts:
        while not interrupts.asked:
            if lost := children.lost():
                say("; ".join(lost.values()))
                return 4
            time.sleep(POLL_S)
    say("stopping")
    return 0
