"""What the load generator costs: a row, an exchange, a token. `python -m bench.generator`.

The cost of a row is that of making an attempt's row with every field, encoding and buffering it,
with a write every hundred rows; the median of seven batches. The cost of an exchange is the CPU
of a whole worker process (Locust's own greenlets included) over the seconds in which it sends 40
tokens per exchange, 20 ms apart, asked of a stand-in without a proxy between, over HTTP/1.1 and
over gRPC, less what the idle worker uses. Exits 1 if a row costs more than its bar.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import msgspec

from experiments.running.children import Child, await_word
from loadgen.config import Lengths, Load, Route, Target, WorkerConfig
from providers.config import Latency, StandIn, StandInConfig, StandInListener
from telemetry.clock import now_ns
from telemetry.leash import Start, Stop
from telemetry.outcome import Outcome
from telemetry.recorder import Recorder
from telemetry.rows import AttemptEnded

ROW_BAR_US = 10.0
BATCHES, BATCH_ROWS, ROWS_PER_WRITE = 7, 20_000, 100
TOKENS = 40
RATES_PER_S = (10, 50)
DIALECTS = ("azure-openai", "open-inference")
ENDPOINT = "asked"
DURATION_S = 10.0
LEAD_NS = 200_000_000


def main() -> int:
    """Measure and print; return the exit code."""
    row_us = row_cost_us()
    print(f"a row: {row_us:.2f} us (bar: {ROW_BAR_US:g})")
    for dialect in DIALECTS:
        for rate_per_s in RATES_PER_S:
            print(exchange_cost(dialect, rate_per_s), flush=True)
    return int(row_us > ROW_BAR_US)


def row_cost_us() -> float:
    """Return the microseconds of one row, the median of the batches."""
    with Path(os.devnull).open("wb", buffering=0) as sink:
        recorder = Recorder(lambda data: sink.write(data) or 0, "worker")
        return median(_batch_us(recorder) for _ in range(BATCHES))


def _batch_us(recorder: Recorder) -> float:
    began = time.process_time()
    for number in range(BATCH_ROWS):
        recorder.record(_row(number))
        if number % ROWS_PER_WRITE == 0:
            recorder.flush()
    return (time.process_time() - began) / BATCH_ROWS * 1e6


def _row(number: int) -> AttemptEnded:
    at_ns = 1_000_000_000_000 + number
    return AttemptEnded(
        exchange=number,
        attempt=0,
        end_ns=at_ns,
        outcome=Outcome.OK,
        connected_ns=at_ns,
        head_ns=at_ns,
        first_byte_ns=at_ns,
        first_token_ns=at_ns,
        last_token_ns=at_ns,
        largest_gap_ns=25_000_000,
        status=200,
        tokens=TOKENS,
        usage_prompt_tokens=300,
        usage_output_tokens=TOKENS,
        finish_reason="stop",
        model="gpt-4o-2024-08-06",
    )


def exchange_cost(dialect: str, rate_per_s: int) -> str:
    """Run a worker at a rate and return one line about its CPU."""
    with tempfile.TemporaryDirectory() as folder:
        idle, busy = _cpu_shares(Path(folder), dialect, rate_per_s)
    each_us = max(0.0, busy - idle) / rate_per_s * 1e6
    return (
        f"{dialect} at {rate_per_s} exchanges/s of {TOKENS} tokens: {busy:.1%} of a core "
        f"(idle {idle:.1%}), {each_us:.0f} us per exchange, {each_us / TOKENS:.1f} per token"
    )


def _cpu_shares(folder: Path, dialect: str, rate_per_s: int) -> tuple[float, float]:
    told = _stand_in_config(dialect)
    stand_in = _child(folder, "stand-ins", "providers.stand_in_process", told)
    try:
        ports = msgspec.convert(await_word(stand_in, "ports", 10.0)["ports"], dict[str, int])
        load = _worker_config(folder, dialect, ports[ENDPOINT], rate_per_s)
        worker = _child(folder, "worker", "loadgen.worker", load)
        try:
            return _watch(worker)
        finally:
            _end(worker)
    finally:
        _end(stand_in)


def _watch(worker: Child) -> tuple[float, float]:
    await_word(worker, "ready", 10.0)
    idle = _cpu_share(worker.pid, 2.0)
    worker.order(Start(at_ns=now_ns() + LEAD_NS))
    # The first second fills the pipeline: answers take about one.
    time.sleep(1.5)
    busy = _cpu_share(worker.pid, DURATION_S - 2.0)
    word = await_word(worker, "finished", 30.0)
    if word["sent"] != word["planned"]:
        raise RuntimeError(f"not everything was sent: {word}")
    return idle, busy


def _cpu_share(pid: int, seconds: float) -> float:
    before, began = _cpu_s(pid), time.monotonic()
    time.sleep(seconds)
    return (_cpu_s(pid) - before) / (time.monotonic() - began)


def _cpu_s(pid: int) -> float:
    # The scheduler's own nanoseconds: /proc/<pid>/stat counts in ticks of 10 ms.
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _child(folder: Path, role: str, module: str, config: msgspec.Struct) -> Child:
    path = folder / f"{role}.json"
    path.write_bytes(msgspec.json.encode(config))
    return Child(role, module, path, folder / f"{role}.log")


def _end(child: Child) -> None:
    child.order(Stop(within_s=1.0))
    if not child.wait(10.0):
        child.kill()
    child.close()


def _stand_in_config(dialect: str) -> StandInConfig:
    latency = Latency(token_gap_s=0.02, token_gap_sigma=0.0, slowdown_at_capacity=1.0)
    listener = StandInListener(
        endpoint=ENDPOINT,
        dialect={dialect: {}},
        stand_in=StandIn(latency=latency, capacity=1000),
    )
    return StandInConfig(seed=1, stand_ins=(listener,))


def _worker_config(folder: Path, dialect: str, port: int, rate_per_s: int) -> WorkerConfig:
    target = Target(endpoint=ENDPOINT, dialect={dialect: {}}, base_url=f"http://127.0.0.1:{port}")
    return WorkerConfig(
        run_folder=str(folder),
        run_tag="be9c4001",
        seed=1,
        targets=(target,),
        route=Route(order=(ENDPOINT,)),
        load=Load(
            arrivals={"constant": {"rate_per_s": rate_per_s}}, output_tokens=Lengths(median=TOKENS)
        ),
        duration_s=DURATION_S,
        drain_s=10.0,
    )


if __name__ == "__main__":
    sys.exit(main())
