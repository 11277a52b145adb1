"""The exporter process: follows a run's spools and sends what they say to an OTLP backend.

`python -m telemetry.exporter CONFIG.json`, started on a leash where `OTEL_EXPORTER_OTLP_ENDPOINT`
or one signal's own is set. It reads beside the store and writes nothing to the record: a slow or
dead backend, or the loss of this process, costs the run nothing. Told to stop, it reads to the end,
sends for as long as it is given, and says `{"exported": {...}}`. What was not sent is sent later by
`crosswind export`. Exit codes: 0 in order, or the conductor is gone; 2 the config or a setting is
wrong.
"""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import msgspec

from telemetry.clock import now_ns
from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.destination import SettingError
from telemetry.exporting.sink import Sink
from telemetry.exporting.sinks import sinks_of
from telemetry.leash import OrderReader, Stop, leash_descriptor, say_ready
from telemetry.plain_speech import redact_standard_error
from telemetry.run_folder import RunFolder
from telemetry.spool import SpoolFolder

NICE = 10
"""What is measured comes first."""

TAIL_EVERY_S = 0.2
_WRONG = 2
_PIPE_BYTES = 65536


class Exporter:
    """One run's spools, and the sinks that they are poured into."""

    def __init__(self, spools: SpoolFolder, sinks: Sequence[Sink]) -> None:
        self._spools = spools
        self._sinks = sinks

    def tail(self) -> None:
        """Take what was appended since the last look, and send what is due."""
        for spool, row in self._spools.read():
            for sink in self._sinks:
                sink.take(spool, row)
        for sink in self._sinks:
            sink.flush(now_ns())

    def finish(self, within_s: float) -> dict[str, int | str]:
        """Read to the end, and send what is left within so many seconds; returns the counts."""
        deadline = time.monotonic() + within_s
        for spool, row in self._spools.read_to_end():
            for sink in self._sinks:
                sink.take(spool, row)
        left_s = max(0.0, deadline - time.monotonic())
        said: dict[str, int | str] = {}
        # At once: what one backend does not take must not cost the others their time.
        with ThreadPoolExecutor(len(self._sinks) or 1) as threads:
            for closed in threads.map(lambda sink: sink.close(left_s), self._sinks):
                said |= closed
        return said


def serve(config: ExporterConfig) -> None:
    """Follow the run until told to stop, or until the conductor is gone; raises SettingError."""
    folder = RunFolder(Path(config.run_folder))
    exporter = Exporter(SpoolFolder(folder.spool), sinks_of(config))
    orders = OrderReader()
    say_ready({"ready": True, "ports": {}})
    while True:
        readable, _, _ = select.select([leash_descriptor()], [], [], TAIL_EVERY_S)
        data = os.read(leash_descriptor(), _PIPE_BYTES) if readable else None
        if data == b"":
            return
        for order in orders.feed(data or b""):
            if isinstance(order, Stop):
                say_ready({"exported": exporter.finish(order.within_s)})
                return
        exporter.tail()


def main(arguments: list[str]) -> int:
    """Run the process; returns its exit code."""
    if len(arguments) != 1:
        return _wrong("usage: python -m telemetry.exporter CONFIG.json")
    os.nice(NICE)
    signal.signal(signal.SIGTERM, _leave)
    try:
        config = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=ExporterConfig)
        serve(config)
    except (OSError, msgspec.MsgspecError) as error:
        return 0 if isinstance(error, BrokenPipeError) else _wrong(f"{arguments[0]}: {error}")
    except SettingError as error:
        return _wrong(str(error))
    except KeyError as error:
        return _wrong(f"{error} is not set: a run starts its exporter itself")
    return 0


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _wrong(message: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"exporter: {message}\n")
    return _WRONG


if __name__ == "__main__":
    redact_standard_error()
    sys.exit(main(sys.argv[1:]))
