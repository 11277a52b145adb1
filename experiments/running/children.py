"""The conductor's children: started on a leash, heard on a ready pipe, ended by their own id."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from experiments.running.descendants import descendants, signal_all
from telemetry.leash import LEASH_VARIABLE, READY_VARIABLE, Order, write_order

LAST_LINES = 12
KILLED_WITHIN_S = 2.0
NOTHING_MORE: Mapping[str, str] = {}


class ChildFailedError(Exception):
    """A child of ours did not start, or ended when it should not have."""


class EndAskedError(Exception):
    """Somebody asked for the end while something was still awaited."""


def nobody_asks() -> bool:
    """Say that nobody asks for the end."""
    return False


class Child:
    """One process of ours, in its own session so that Ctrl-C reaches only the conductor."""

    def __init__(
        self,
        role: str,
        module: str,
        config: Path,
        log: Path,
        environment: Mapping[str, str] = NOTHING_MORE,
    ) -> None:
        """Start `python -m module config`; its output goes to `log`, `environment` is added."""
        self.role = role
        self.log = log
        leash_read, self._leash = os.pipe()
        self._ready, ready_write = os.pipe()
        os.set_blocking(self._ready, False)
        piped = {LEASH_VARIABLE: str(leash_read), READY_VARIABLE: str(ready_write)}
        self._process = _start(module, config, log, {**environment, **piped})
        os.close(leash_read)
        os.close(ready_write)
        self._rest = b""

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return how it ended (negative: by which signal); None while it runs."""
        return self._process.poll()

    def fileno(self) -> int:
        """Return the ready pipe's descriptor, for `select`."""
        return self._ready

    def order(self, order: Order) -> None:
        """Send an order; a child that is gone is not an error here."""
        with contextlib.suppress(BrokenPipeError):
            write_order(self._leash, order)

    def words(self) -> list[dict[str, object]]:
        """Return what it has said since last asked, without waiting."""
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._ready, 65536):
                self._rest += data
        *lines, self._rest = self._rest.split(b"\n")
        return [msgspec.json.decode(line, type=dict[str, object]) for line in lines if line]

    def wait(self, within_s: float) -> bool:
        """Wait for its end; False when it still runs after `within_s` seconds."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def release(self) -> None:
        """Drop the leash: it sees the end of file and goes."""
        with contextlib.suppress(OSError):
            os.close(self._leash)

    def kill(self) -> None:
        """End it at once and all that it started, by their own ids."""
        below = descendants(self.pid)  # before it ends: they would be nobody's then
        self._process.kill()
        signal_all(below, signal.SIGKILL)
        # Not without a limit: a second Ctrl-C may have come in the middle of such a wait.
        self.wait(KILLED_WITHIN_S)

    def close(self) -> None:
        """Close what is left of the pipes after its end."""
        self.release()
        with contextlib.suppress(OSError):
            os.close(self._ready)

    def last_words(self) -> str:
        """Return the last lines of its log, for a message about its end."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"  {line}" for line in lines[-LAST_LINES:])


def _start(
    module: str, config: Path, log: Path, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            # -P keeps the current folder off sys.path: a stranger's `telemetry/` must not win.
            [sys.executable, "-P", "-m", module, str(config)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
            pass_fds=tuple(int(environment[name]) for name in (LEASH_VARIABLE, READY_VARIABLE)),
            start_new_session=True,
        )


def await_word(
    child: Child, key: str, within_s: float, end_asked: Callable[[], bool] = nobody_asks
) -> dict[str, object]:
    """Wait until a child says a word with `key`.

    Raises ChildFailedError when it does not, EndAskedError once `end_asked` says so.
    """
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        for word in child.words():
            if key in word:
                return word
        if child.exit_code() is not None:
            raise ChildFailedError(_ended(child))
        if end_asked():
            raise EndAskedError
        time.sleep(0.01)
    raise ChildFailedError(f"{child.role} said no {key!r} within {within_s:g} s")


def _ended(child: Child) -> str:
    said = child.last_words()
    return f"{child.role} ended with {child.exit_code()}" + (f":\n{said}" if said else "")
