"""The store process: follows a run's spools while it goes, and seals them when it is over.

`python -m telemetry.store CONFIG.json`, started on a leash. It keeps nothing that the spools do
not hold: one that died is started again and reads from their first byte. Once a second it says
`{"progress": {...}}` (`telemetry.progress.Progress`); when told to stop it reads to the end, seals,
and says `{"sealed": true, "rows": ..., "lost": ..., "kept": ...}`.
"""

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import msgspec

from telemetry.clock import now_ns
from telemetry.leash import OrderReader, Stop, leash_descriptor, ready_descriptor, say_ready
from telemetry.logs.following import FollowingLog
from telemetry.plain_speech import redact_standard_error
from telemetry.progress import LiveView
from telemetry.seal import Reading, SealError
from telemetry.stops import StopWatch
from telemetry.store_config import StoreConfig

TAIL_EVERY_S = 0.15
END_ROWS_WITHIN_S = 2.0
"""How long a stopped store waits for end rows that are not there yet."""

_PIPE_BYTES = 65536


class LeashDroppedError(Exception):
    """The conductor is gone."""


class UsageError(Exception):
    """The store was started, or told, something that it does not understand."""


class Store:
    """One run's rows, read as they are written."""

    def __init__(self, config: StoreConfig) -> None:
        self._reading = Reading(Path(config.run_folder), config.run_tag)
        self._live = LiveView()
        self._log = FollowingLog(self._reading.folder)
        self._stops = StopWatch(config.stops, config.run_tag)
        self._told = False
        self._every_s = config.progress_every_s
        self._progress_at = time.monotonic() + config.progress_every_s

    def tail(self) -> None:
        """Read what was appended since the last look, and say how the run goes when it is time."""
        for spool, row in self._reading.spools.read():
            self._reading.assembly.take(spool, row)
            self._live.take(row)
            self._log.take(spool, row)
            self._stops.take(spool, row, now_ns())
        self._log.flush(now_ns())
        if time.monotonic() >= self._progress_at:
            self._progress_at = time.monotonic() + self._every_s
            _say_if_heard({"progress": msgspec.to_builtins(self._live.progress(now_ns()))})
            self._stop_if_due()

    def close(self) -> None:
        """Write what is known and not yet in the log."""
        self._log.close()

    def _stop_if_due(self) -> None:
        """Ask for the run's end, once, when one of its stop conditions holds."""
        if not self._told and (reason := self._stops.reason(now_ns())):
            self._told = True
            say_ready({"abort": reason})

    def finish(self, within_s: float) -> None:
        """Read to the end and seal; raises SealError."""
        self.tail()
        self._log.close()
        deadline = time.monotonic() + min(within_s, END_ROWS_WITHIN_S)
        self._reading.read_to_end()
        while not self._reading.spools.ended and time.monotonic() < deadline:
            time.sleep(TAIL_EVERY_S / 3)
            self._reading.read_to_end()
        sealed = self._reading.seal()
        if sealed.kept:
            _complain(f"the run is sealed, but its spools stay: {sealed.kept}")
        say_ready({"sealed": True, **msgspec.to_builtins(sealed)})


class Leash:
    """Waits for orders between two looks at the spools."""

    def __init__(self) -> None:
        try:
            self._descriptor = leash_descriptor()
            ready_descriptor()
        except KeyError as error:
            raise UsageError(f"{error} is not set: a run starts its store itself") from error
        self._orders = OrderReader()

    def stop_within(self, wait_s: float) -> Stop | None:
        """Return the order to stop, if it comes; raises LeashDroppedError, UsageError."""
        readable, _, _ = select.select([self._descriptor], [], [], wait_s)
        if not readable:
            return None
        data = os.read(self._descriptor, _PIPE_BYTES)
        if not data:
            raise LeashDroppedError
        try:
            orders = self._orders.feed(data)
        except ValueError as error:
            raise UsageError(f"not an order: {error}") from error
        return next((order for order in orders if isinstance(order, Stop)), None)


def serve(config: StoreConfig) -> None:
    """Follow the run until told to stop, then seal it."""
    leash = Leash()
    store = Store(config)
    say_ready({"ready": True, "ports": {}})
    try:
        while True:
            if stop := leash.stop_within(TAIL_EVERY_S):
                store.finish(stop.within_s)
                return
            store.tail()
    finally:
        store.close()


def main(arguments: list[str]) -> int:
    """Run the process; returns its exit code: 0 sealed or released, 1 not sealed, 2 bad input."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        serve(_config(arguments))
    except (LeashDroppedError, BrokenPipeError):
        return 0
    except SealError as error:
        _complain(str(error))
        return 1
    except OSError as error:
        _complain(f"cannot follow the run: {error}")
        return 1
    except UsageError as error:
        _complain(str(error))
        return 2
    return 0


def _config(arguments: list[str]) -> StoreConfig:
    if len(arguments) != 1:
        raise UsageError("usage: python -m telemetry.store CONFIG.json")
    try:
        return msgspec.json.decode(Path(arguments[0]).read_bytes(), type=StoreConfig)
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(f"{arguments[0]}: {error}") from error


def _say_if_heard(word: dict[str, object]) -> None:
    """Say a word that may be missed: a conductor that does not listen must not stop the store."""
    _, writable, _ = select.select([], [ready_descriptor()], [], 0)
    if writable:
        say_ready(word)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise LeashDroppedError


def _complain(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"store: {text}\n")


if __name__ == "__main__":
    redact_standard_error()
    sys.exit(main(sys.argv[1:]))
