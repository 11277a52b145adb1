"""What a backend costs a run that exports to it: `python -m bench.exporting`.

One rehearsal (`azure-outage`, a seed of its own) without a backend, twice, then beside one that
takes everything, is dead, slow (2 s per export), overloaded (429, asks for 5 s), unauthorized
(401), and up and down every 5 s; and once with the exporter killed on the way. Side by side: the
run's own figures, and what of its spans and log the backend had when the run was over, and got by
`crosswind export` afterwards.

Exits 1 when a verdict is another one than without a backend, or a span or an event is missing in
the end. A run takes a minute, all of it ten.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
import msgspec

from telemetry.export import units_of
from telemetry.seal import read_record
from telemetry.spans import Described
from tests.live.otlp_backend import GRPC, HTTP, TAKES, Backend, Says, backend
from tests.live.rehearsals import CROSSWIND, Rehearsal

EXPERIMENT: Final = Path("experiments/catalog/azure-outage.yaml")
SEED: Final = 20_261
WITHIN_S: Final = 150.0
KILL_AT_S: Final = 30.0
NEVER: Final = "http://127.0.0.1:9"

Answer = Callable[[int], Says]
_DOWN: Final = Says(503, grpc.StatusCode.UNAVAILABLE)


def _flapping(_: int) -> Says:
    return TAKES if time.monotonic() % 10 < 5 else _DOWN


LIVE: Final[Mapping[str, Answer | None]] = {
    "no backend": None,
    "no backend, again": None,
    "takes all": lambda _: TAKES,
    "dead": lambda _: TAKES,
    "slow": lambda _: Says(after_s=2.0),
    "429": lambda _: Says(429, grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_s=5),
    "401": lambda _: Says(401, grpc.StatusCode.UNAUTHENTICATED),
    "flapping": _flapping,
    "exporter killed": lambda _: TAKES,
}


class Row(msgspec.Struct, kw_only=True):
    """What one run measured, and what its backend had of it; latencies in milliseconds."""

    subject: str
    verdict: str
    planned: int
    errors: float
    failover_time_s: float
    failover_delay: float
    baseline_p95: float
    fault_p95: float
    late_p99: float
    took_s: float
    live: int = 0
    later: int = 0
    missing: int = 0


def main() -> int:
    """Run every subject and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--protocol", choices=[HTTP, GRPC], default=HTTP)
    parser.add_argument("--only", nargs="*", choices=LIVE, help="these subjects alone")
    told = parser.parse_args()
    rows = []
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for number, subject in enumerate(told.only or LIVE):
            rows.append(_measured(subject, told.protocol, Path(folder) / str(number)))
            print(_line(rows[-1]), flush=True)
    different = {row.verdict for row in rows} != {rows[0].verdict}
    return int(different or any(row.missing for row in rows))


def _measured(subject: str, protocol: str, out: Path) -> Row:
    answer = LIVE[subject]
    if answer is None:
        with _environment({}):
            _, row = _run(subject, out)
        return row
    with backend(protocol) as (one, port):
        one.answer = answer
        here = f"http://127.0.0.1:{port}"
        told = {"OTEL_EXPORTER_OTLP_PROTOCOL": protocol}
        where = NEVER if subject == "dead" else here
        with _environment({**told, "OTEL_EXPORTER_OTLP_ENDPOINT": where}):
            run, row = _run(subject, out)
        row.live = _had(one)
        one.answer = lambda _: TAKES
        with _environment({**told, "OTEL_EXPORTER_OTLP_ENDPOINT": here}):
            for words in ((), ("--logs",)):
                subprocess.run([CROSSWIND, "export", run, *words], check=True, capture_output=True)
        row.later = _had(one) - row.live
        row.missing = len(_wanted(run) - set(one.span_ids)) + _events_missing(run, one)
    return row


def _run(subject: str, out: Path) -> tuple[Path, Row]:
    begun = time.monotonic()
    rehearsal = Rehearsal(EXPERIMENT, out, "--seed", str(SEED))
    try:
        if subject == "exporter killed":
            rehearsal.until(KILL_AT_S)
            os.kill(rehearsal.child("exporter"), signal.SIGKILL)
        rehearsal.end(WITHIN_S)
    finally:
        rehearsal.close()
    return rehearsal.folder(), _row(subject, rehearsal.verdict(), time.monotonic() - begun)


def _row(subject: str, verdict: dict[str, Any], took_s: float) -> Row:
    figures, generator = verdict["metrics"], verdict["generator"]
    token = figures["time_to_first_token"]
    return Row(
        subject=subject,
        verdict=verdict["verdict"],
        planned=generator["planned"],
        errors=figures["user_errors"]["fault"]["value"],
        failover_time_s=figures["failover_time"]["outage"]["value"],
        failover_delay=1e3 * figures["failover_delay"]["outage"]["max"],
        baseline_p95=1e3 * token["baseline"]["p95"],
        fault_p95=1e3 * token["fault"]["p95"],
        late_p99=1e3 * generator["lateness_p99_s"],
        took_s=took_s,
    )


def _had(one: Backend) -> int:
    """Return how many different spans and log events a backend has."""
    return len(set(one.span_ids)) + len({r.SerializeToString() for r in one.records})


def _wanted(run: Path) -> set[bytes]:
    units = units_of(read_record(run), run.name, Described())
    return {span.context.span_id.to_bytes(8) for unit in units for span in unit.spans}


def _events_missing(run: Path, one: Backend) -> int:
    """Return how many lines of the run's log no record tells of."""
    lines = map(msgspec.json.decode, (run / "run.log.ndjson").read_bytes().splitlines())
    told = {(record.event_name, record.body.string_value) for record in one.records}
    return len({(line["event"], line["message"]) for line in lines} - told)


@contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    """Tell children where a backend is, and nothing else of OpenTelemetry's."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("OTEL_")]:
        del os.environ[name]
    os.environ.update(told)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


HEAD: Final = (
    f"{'backend':18} {'verdict':8} {'planned':>7} {'errors %':>8} {'failover s':>10} "
    f"{'delay ms':>8} {'base p95':>8} {'fault p95':>9} {'late p99':>8} {'took s':>6} "
    f"{'live':>6} {'later':>6} {'missing':>7}"
)


def _line(row: Row) -> str:
    return (
        f"{row.subject:18} {row.verdict:8} {row.planned:7} {row.errors:8.2f} "
        f"{row.failover_time_s:10.3f} {row.failover_delay:8.1f} {row.baseline_p95:8.1f} "
        f"{row.fault_p95:9.1f} {row.late_p99:8.1f} {row.took_s:6.1f} "
        f"{row.live:6} {row.later:6} {row.missing:7}"
    )


if __name__ == "__main__":
    sys.exit(main())
