"""Short rehearsals for live tests: an experiment of a few seconds, and who is left of a run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ALL = sorted((Path(__file__).parents[2] / "experiments" / "catalog").glob("*.yaml"))
GATEWAYS = [path for path in ALL if path.stem.startswith("gateway-")]
CATALOGUE = [path for path in ALL if path not in GATEWAYS]
"""What Python alone can run."""
UNSHARED = ("--set", "faults.0.share=0")
CROSSWIND = str(Path(sys.executable).with_name("crosswind"))

SHORT = """\
title: Azure OpenAI goes down for a moment
endpoints:
  azure: {{dialect: azure-openai, stand_in: {{}}}}
  vertex: {{dialect: vertex-gemini, stand_in: {{}}}}
route:
  client:
    order: [azure, vertex]
    clients: 2
    breaker: {{failures: 2, cooldown_s: 1}}
    timeouts: {{connect_s: 1, first_token_s: 2, gap_s: 2}}
load:
  constant: {{rate_per_s: {rate}}}
  prompt_tokens: {{median: 40}}
  output_tokens: {{median: 5}}
phases: {{warm_up_s: 1, baseline_s: {baseline}, fault_s: {fault}, recovery_s: 11, drain_s: 5}}
bystanders: {bystanders}
faults:
  - {{id: outage, at: azure, duration_s: {fault}, inject: {{http_error: {{status: 503}}}}}}
gates:
  - user_errors (fault) <= 5 %
"""


def write_short(
    folder: Path,
    *,
    rate: int = 20,
    baseline: float = 4,
    fault: float = 4,
    bystanders: str = "false",
) -> Path:
    """Write a short experiment and return its path."""
    path = folder / "short.yaml"
    text = SHORT.format(rate=rate, baseline=baseline, fault=fault, bystanders=bystanders)
    path.write_text(text)
    return path


class Rehearsal:
    """One `crosswind run` under way in its own session."""

    def __init__(
        self, experiment: Path, out: Path, *arguments: str, under: tuple[str, ...] = ()
    ) -> None:
        """Start it, `under` another command if given; its output lies in `<out>/output.txt`."""
        out.mkdir(parents=True, exist_ok=True)
        self.out = out
        self.output = out / "output.txt"
        run = [CROSSWIND, "run", str(experiment), "--out", str(out / "runs"), *arguments]
        command = [*under, *run]
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                command,
                stdout=sink,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def said(self) -> str:
        """Return everything it has printed."""
        return self.output.read_text(errors="replace")

    def folder(self, within_s: float = 15.0) -> Path:
        """Return the run folder as soon as it exists."""
        return wait_for(lambda: next((self.out / "runs").glob("2*"), None), within_s)

    def zero_s(self, within_s: float = 25.0) -> float:
        """Return the run's time zero on the monotonic clock, in seconds, once it is known."""
        spool = self.folder() / "spool" / "conductor-0.ndjson"

        def warm_up() -> float | None:
            text = spool.read_text() if spool.exists() else ""
            found = re.search(r'"subject":"warm_up".*?"start_ns":(\d+)', text)
            return int(found[1]) / 1e9 if found else None

        return wait_for(warm_up, within_s)

    def until(self, offset_s: float) -> None:
        """Sleep until so many seconds after time zero."""
        time.sleep(max(0.0, self.zero_s() + offset_s - time.monotonic()))

    def interrupt(self) -> None:
        """Press Ctrl-C: only the conductor hears it."""
        self.process.send_signal(signal.SIGINT)

    def end(self, within_s: float = 60.0) -> int:
        """Wait for its end and return its exit code."""
        return self.process.wait(within_s)

    def verdict(self) -> dict[str, Any]:
        """Return the run's verdict file."""
        found: dict[str, Any] = json.loads((self.folder() / "verdict.json").read_bytes())
        return found

    def child(self, role: str, index: int = 0) -> int:
        """Return the process id of a child of this run, by its role and number."""
        wanted = str(self.folder() / "config" / f"{role}-{index}.json")
        return wait_for(lambda: next(iter(pids_with(wanted)), None), 10.0)

    def left(self) -> list[int]:
        """Return the processes of this run that still live."""
        return pids_with(str(self.out / "runs"))

    def close(self) -> None:
        """End what a failed test left behind, by id."""
        for pid in {self.process.pid, *self.left()}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def pids_with(argument: str) -> list[int]:
    """Return the processes that have a command-line argument that starts with `argument`."""
    processes = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(entry.name) for entry in processes if _mentions(entry, argument)]


def _mentions(entry: Path, argument: str) -> bool:
    try:
        words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return any(word.startswith(argument) for word in words)


def wait_for(probe: Callable[[], T | None], within_s: float) -> T:
    """Return the first thing a probe gives that is not None; fail after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = probe()
        if found is not None:
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing within {within_s:g} s")
