"""What a row costs beside the OTel SDK's batch processor, in one run. `python -m bench.rows`.

CPU time per row or span, medians of rounds in which every subject takes its turn: a proxy's row and
a generator's (encoded and written in batches), a span of the user's own (made with 25 attributes by
the SDK, ended, and written by our processor), and the same span with the SDK's batch processor
encoding it for OTLP and sending it nowhere. Then event delays: 50 streams of 100 events a second
are read without recording and with a row per event (5,000 a second), two seconds each, in turns;
what counts is the difference of the p99 in each round. Exits 1 if a bar is missed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import cast

import uvloop
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from bench import generator, proxy
from bench.proxy_subjects import python
from bench.rows_source import PER_S, STREAMS
from telemetry.clock import now_ns
from telemetry.recorder import FLUSH_INTERVAL_S, Recorder, open_spool
from telemetry.rows import HopEnded
from telemetry.span_processor import RowSpanProcessor

PROXY, GENERATOR, OWN, SDK = "a proxy's row", "a generator's row", "a user's span", "SDK, batch"
MADE = "SDK, made and ended"
BARS_US = {PROXY: 2.0, GENERATOR: 10.0, OWN: 55.0}
DELAY_BAR_MS = 0.5
SPANS = 3000
TURN_S, SETTLE_S = 2.0, 0.3


class Nowhere(SpanExporter):
    """Encodes spans as an OTLP exporter does and sends them nowhere."""

    def export(self, spans: "tuple[ReadableSpan, ...]") -> SpanExportResult:  # type: ignore[override]  # theirs is wider
        """Serve the SDK."""
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    costs = row_costs_us(rounds)
    print(f"{'CPU per row or span':24}{'median us':>10}{'least':>8}{'most':>8}{'bar':>6}")
    for name, found in costs.items():
        bar = f"{BARS_US[name]:g}" if name in BARS_US else ""
        print(f"{name:24}{median(found):10.2f}{min(found):8.2f}{max(found):8.2f}{bar:>6}")
    plain, recording = delays_ms(rounds)
    worse = [after - before for before, after in zip(plain, recording, strict=True)]
    print(f"{'event delay, p99 in ms':24}{'median':>10}{'least':>8}{'most':>8}{'bar':>6}")
    for name, found in (("not recording", plain), ("5,000 rows/s", recording)):
        print(f"{name:24}{median(found):10.3f}{min(found):8.3f}{max(found):8.3f}")
    print(
        f"{'difference':24}{median(worse):10.3f}{min(worse):8.3f}{max(worse):8.3f}{DELAY_BAR_MS:6g}"
    )
    missed = [name for name, bar in BARS_US.items() if median(costs[name]) > bar]
    missed += ["event delay"] if median(worse) > DELAY_BAR_MS else []
    print(f"missed: {', '.join(missed)}" if missed else "every bar is met")
    return int(bool(missed))


def row_costs_us(rounds: int) -> dict[str, list[float]]:
    """Return the microseconds of each subject in every round."""
    with tempfile.TemporaryDirectory() as folder:
        subjects: dict[str, Callable[[], float]] = {
            PROXY: proxy.row_cost_us,
            GENERATOR: generator.row_cost_us,
            OWN: lambda: span_cost_us(RowSpanProcessor(Path(folder))),
            MADE: lambda: span_cost_us(None),
            SDK: lambda: span_cost_us(BatchSpanProcessor(Nowhere(), max_queue_size=2 * SPANS)),
        }
        found: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(rounds):
            for name, measure in subjects.items():
                found[name].append(measure())
    return found


def span_cost_us(processor: SpanProcessor | None) -> float:
    """Return what a span costs: made, ended, and dealt with, whichever thread does it."""
    provider = TracerProvider(shutdown_on_exit=False)
    if processor is not None:
        provider.add_span_processor(processor)
    tracer = provider.get_tracer("bench")
    began = time.process_time()
    for number in range(SPANS):
        tracer.start_span("chat gpt-4o", attributes=_attributes(number)).end()
    if processor is not None:
        processor.shutdown()
    return (time.process_time() - began) / SPANS * 1e6


def _attributes(number: int) -> dict[str, str | int]:
    numbers = {f"app.number.{index}": number + index for index in range(12)}
    texts = {f"app.text.{index}": f"value {index}" for index in range(13)}
    return {**numbers, **texts}


class Listening(asyncio.Protocol):
    """Reads one stream of timed events; `recorder` gets a row of each, where there is one."""

    def __init__(self, delays_ns: list[int], recorder: Recorder | None) -> None:
        self._delays_ns = delays_ns
        self._recorder = recorder
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: some events."""
        at_ns = now_ns()
        for start in range(0, len(data) - 7, 8):
            self._delays_ns.append(at_ns - int.from_bytes(data[start : start + 8], "big"))
            if self._recorder is not None:
                self._recorder.record(_row(at_ns))


def _row(at_ns: int) -> HopEnded:
    return HopEnded(
        hop=1, end_ns=at_ns, mode="relay", ending="complete", status=200, bytes_in=2748, bytes_out=9
    )


def delays_ms(rounds: int) -> tuple[list[float], list[float]]:
    """Return the p99 of each turn, without recording and with it."""
    with tempfile.TemporaryDirectory() as folder, python("bench.rows_source") as (_, word):
        recorder = open_spool(Path(folder), "bench")
        return uvloop.run(_turns(int(word), recorder, rounds))


async def _turns(port: int, recorder: Recorder, rounds: int) -> tuple[list[float], list[float]]:
    plain, recording = [], []
    for _ in range(rounds):
        plain.append(await _turn(port, None))
        recording.append(await _turn(port, recorder))
    return plain, recording


async def _turn(port: int, recorder: Recorder | None) -> float:
    loop = asyncio.get_running_loop()
    delays: list[int] = []
    streams = [
        (await loop.create_connection(lambda: Listening(delays, recorder), "127.0.0.1", port))[1]
        for _ in range(STREAMS)
    ]
    await asyncio.sleep(SETTLE_S)
    delays.clear()
    until = loop.time() + TURN_S
    while loop.time() < until:
        await asyncio.sleep(FLUSH_INTERVAL_S)
        if recorder is not None:
            recorder.flush()
    for stream in streams:
        stream.transport.abort()
    if len(delays) < 0.9 * STREAMS * PER_S * TURN_S:
        raise SystemExit(f"only {len(delays)} events came: this machine is too busy")
    return sorted(delays)[len(delays) * 99 // 100] / 1e6


if __name__ == "__main__":
    os.environ.pop("OTEL_BSP_SCHEDULE_DELAY", None)
    sys.exit(main())
