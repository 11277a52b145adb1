"""The collector process: takes spans over OTLP while a run goes on, and keeps them in its folder.

`python -m telemetry.collector CONFIG.json`, started on a leash. Spans become rows of
`collected/collector-0.ndjson`, beside the record and not in it: a run can lose its collector and
nothing else. It says its ports as `otlp-http` and `otlp-grpc`; told to stop, it writes its counts
as a `collected` event and says `{"collected": {...}}`. Exit codes: 0 in order, or the conductor is
gone; 2 the config is wrong or an address cannot be had.
"""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import msgspec

from telemetry.clock import now_ns
from telemetry.collecting.grpc_side import GrpcSide
from telemetry.collecting.http_side import HttpSide
from telemetry.collecting.intake import Intake
from telemetry.collector_config import GRPC, HTTP, CollectorConfig
from telemetry.leash import OrderReader, Stop, leash_descriptor, say_ready
from telemetry.plain_speech import redact_standard_error
from telemetry.recorder import FLUSH_INTERVAL_S, open_spool
from telemetry.rows import Event
from telemetry.run_folder import COLLECTED

ROLE = "collector"
NICE = 10
"""What is measured comes first."""

_WRONG = 2
_GRACE_S = 1.0
_PIPE_BYTES = 65536


class Collector:
    """Both listeners of one collector, and what they write to."""

    def __init__(self, config: CollectorConfig) -> None:
        self._config = config
        self._recorder = open_spool(Path(config.run_folder), ROLE, among=COLLECTED)
        self._intake = Intake(self._recorder.record, config.limits, now_ns())
        self._grpc = GrpcSide(self._intake, config.limits)
        self._connections: set[HttpSide] = set()
        self._http: asyncio.Server

    async def start(self) -> dict[str, int]:
        """Listen; returns the ports by name, raises OSError where one cannot be had."""
        config = self._config
        self._http = await asyncio.get_running_loop().create_server(
            self._connection, "127.0.0.1", config.http_port
        )
        port = self._http.sockets[0].getsockname()[1]
        return {HTTP: port, GRPC: await self._grpc.start(config.grpc_port)}

    async def write(self) -> None:
        """Write what came, for ever: at most a flush is lost with the process."""
        while True:
            await asyncio.sleep(FLUSH_INTERVAL_S)
            self._recorder.flush()

    async def stop(self, within_s: float) -> dict[str, int]:
        """Close the listeners, let calls end, and write the end; returns the counts."""
        self._http.close()
        await self._grpc.stop(min(within_s, _GRACE_S))
        for connection in tuple(self._connections):
            connection.close()
        counts = self._counts()
        self._recorder.record(Event(name="collected", at_ns=now_ns(), facts={**counts}))
        self._recorder.close()
        return {**counts, "rows_dropped": self._recorder.dropped}

    def _connection(self) -> HttpSide:
        return HttpSide(self._intake, self._config.limits, self._connections)

    def _counts(self) -> dict[str, int]:
        counts = msgspec.structs.asdict(self._intake.counts)
        return {
            **counts,
            "refused_requests": counts["refused_requests"] + self._grpc.refused_unseen,
        }


async def serve(config: CollectorConfig) -> None:
    """Collect until told to stop, or until the conductor is gone; raises OSError."""
    collector = Collector(config)
    end: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    _listen_for_the_end(end)
    say_ready({"ready": True, "ports": await collector.start()})
    writing = asyncio.ensure_future(collector.write())
    counts = await collector.stop(await end)
    writing.cancel()
    with contextlib.suppress(BrokenPipeError):
        say_ready({"collected": counts})


def _listen_for_the_end(end: "asyncio.Future[float]") -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, _settle, end, _GRACE_S)
    loop.add_reader(leash_descriptor(), _read_leash, OrderReader(), end)


def _read_leash(orders: OrderReader, end: "asyncio.Future[float]") -> None:
    data = os.read(leash_descriptor(), _PIPE_BYTES)
    if not data:
        asyncio.get_running_loop().remove_reader(leash_descriptor())
        _settle(end, 0.0)
    for order in orders.feed(data):
        if isinstance(order, Stop):
            _settle(end, order.within_s)


def _settle(end: "asyncio.Future[float]", within_s: float) -> None:
    if not end.done():
        end.set_result(within_s)


def main(arguments: list[str]) -> int:
    """Run the process; returns its exit code."""
    if len(arguments) != 1:
        return _wrong("usage: python -m telemetry.collector CONFIG.json")
    os.nice(NICE)
    try:
        config = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=CollectorConfig)
        asyncio.run(serve(config))
    except (OSError, msgspec.MsgspecError) as error:
        return _wrong(f"{arguments[0]}: {error}")
    except KeyError as error:
        return _wrong(f"{error} is not set: a run starts its collector itself")
    return 0


def _wrong(message: str) -> int:
    sys.stderr.write(f"collector: {message}\n")
    return _WRONG


if __name__ == "__main__":
    redact_standard_error()
    sys.exit(main(sys.argv[1:]))
