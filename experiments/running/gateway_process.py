"""Starts a gateway under test, watches it and ends it: `python -m ...gateway_process CONFIG.json`.

The command knows no leash; this process holds one for it. It runs in a process group of its own,
which ends as a whole: when told to, when the conductor is gone, or with this process's SIGTERM.
What it says goes into its log line by line, without secrets.

On the ready pipe: `{"ready": true, "ports": {"gateway": port}}` once it answers, or `{"ready":
false, "error": ...}`; later `{"gateway_died": exit code, "last_lines": ...}`.
"""

import contextlib
import ctypes
import http.client
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from types import FrameType
from typing import IO

import msgspec

from experiments.running.gateway import GatewayConfig
from telemetry.identity import GATEWAY
from telemetry.leash import (
    LEASH_VARIABLE,
    READY_VARIABLE,
    OrderReader,
    Stop,
    leash_descriptor,
    say_ready,
)
from telemetry.plain_speech import redact_standard_error
from telemetry.redaction import LineRedactor, Redactor, redactor_of

LAST_LINES = 12
POLL_S = 0.1
PROBE_S = 0.2
END_WITHIN_S = 5.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # before any fork


class LetGoError(Exception):
    """The gateway is to end."""


class Command:
    """The command under test, in a process group of its own."""

    def __init__(self, config: GatewayConfig, redactor: Redactor) -> None:
        """Start it; raises OSError."""
        self._redactor = LineRedactor(redactor)
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._process = subprocess.Popen(  # noqa: S603 - the command is what the user wants run
            config.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_inherited(),
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - no thread runs yet
        )
        self._pump = threading.Thread(target=self._copy, args=(config.log,), daemon=True)
        self._pump.start()

    def exit_code(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self._process.poll()

    def last_lines(self) -> str:
        """Return the last that it said."""
        self._pump.join(0.5)
        return "\n".join(self._last)

    def end(self) -> None:
        """End the whole group: asked first, then made to."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_WITHIN_S)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._pump.join(1.0)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _copy(self, log: str) -> None:
        said: IO[bytes] | None = self._process.stdout
        if said is None:
            return
        with Path(log).open("a", encoding="utf-8") as file:
            for line in said:
                text = self._redactor.redact(line.decode("utf-8", "replace").rstrip("\n"))
                self._last.append(text)
                file.write(text + "\n")
                file.flush()


def _die_with_parent() -> None:
    """Let the command end when this process is killed and can end nothing (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _inherited() -> dict[str, str]:
    ours = {LEASH_VARIABLE, READY_VARIABLE}
    return {name: value for name, value in os.environ.items() if name not in ours}


def main(arguments: list[str]) -> int:
    """Run the process; 0 in order, 2 when it could not start as told."""
    signal.signal(signal.SIGTERM, _let_go)
    config = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=GatewayConfig)
    try:
        command = Command(config, redactor_of(os.environ))
    except OSError as error:
        reason = f"{config.command[0]} cannot be started: {error.strerror}"
        say_ready({"ready": False, "error": reason})
        return 0
    try:
        _watch(command, config)
    except LetGoError:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        command.end()
    return 0


def _watch(command: Command, config: GatewayConfig) -> None:
    if complaint := _await_ready(command, config):
        said = command.last_lines() or "(it said nothing)"
        say_ready({"ready": False, "error": f"{complaint}; the last that it said:\n{said}"})
        _wait_for_the_end()
    say_ready({"ready": True, "ports": {GATEWAY: config.port}})
    try:
        while command.exit_code() is None:
            _look_at_the_leash(POLL_S)
    finally:
        # Told to end it, too: it may have died in the last moment of the load.
        if command.exit_code() is not None:
            say_ready({"gateway_died": command.exit_code(), "last_lines": command.last_lines()})
    _wait_for_the_end()


def _await_ready(command: Command, config: GatewayConfig) -> str:
    """Return why it is not ready, empty once it is."""
    ready = config.ready
    deadline = time.monotonic() + ready.within_s
    seen = "no answer"
    while time.monotonic() < deadline:
        _look_at_the_leash(PROBE_S)
        if command.exit_code() is not None:
            return f"the gateway ended with {command.exit_code()} before it was ready"
        seen = _probe(config.port, ready.path)
        if seen == str(ready.status):
            return ""
    return (
        f"the gateway was not ready within {ready.within_s:g} s: "
        f"GET {ready.path} at port {config.port} gave {seen}, not {ready.status}"
    )


def _probe(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2.0)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


_orders = OrderReader()


def _look_at_the_leash(wait_s: float) -> None:
    """Wait for orders; raises LetGoError when the gateway is to end."""
    readable, _, _ = select.select([leash_descriptor()], [], [], wait_s)
    if not readable:
        return
    data = os.read(leash_descriptor(), 65_536)
    if not data or any(isinstance(order, Stop) for order in _orders.feed(data)):
        raise LetGoError


def _wait_for_the_end() -> None:
    while True:
        _look_at_the_leash(60.0)


def _let_go(_signal: int, _frame: FrameType | None) -> None:
    raise LetGoError


if __name__ == "__main__":
    redact_standard_error()
    sys.exit(main(sys.argv[1:]))
