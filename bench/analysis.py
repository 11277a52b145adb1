"""What a run of millions of spans costs to measure and to report. `python -m bench.analysis`.

Makes runs up (`bench.synthetic_run`) and, each in a process of its own, times: every metric over
every phase and window from our Parquet files (10,000,000 spans); `crosswind report` (1,000,000);
and one aggregation four ways over the same attempts (of 1,000,000 spans): attempts, failures and
percentiles of duration and time to first token per endpoint. The ways are DuckDB over our Parquet,
DuckDB over OTLP JSON lines, plain Python over the same lines, and our exchanges read as objects.
All four must say the same. Seconds are from a process's start to its answer. The OTLP lines hold
attempts alone, 100 to a line, with eight attributes each; an exporter's have more. Exits 1 if a bar
is missed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench.synthetic_run import write_run
from telemetry import names
from telemetry.run_folder import RunFolder

BARS = {"metrics_s": 10.0, "metrics_mb": 4096.0, "report_s": 10.0, "page_mb": 5.0}
PERCENTS = (50, 95, 99)
Row = tuple[object, ...]

# Durations in whole ns, as text where OTLP's JSON says so; a failed attempt has no first token.
_LINES = """
CREATE MACRO named(name, text) AS
  {'key': name, 'value': {'stringValue': text, 'intValue': NULL::VARCHAR}};
CREATE MACRO numbered(name, number) AS
  {'key': name, 'value': {'stringValue': NULL::VARCHAR, 'intValue': number::VARCHAR}};
COPY (
  SELECT [{'scopeSpans': [{'spans': list({
    'traceId': e.trace_id, 'spanId': a.span_id, 'name': 'attempt ' || a.endpoint, 'kind': 3,
    'startTimeUnixNano': a.begin_ns::VARCHAR, 'endTimeUnixNano': a.end_ns::VARCHAR,
    'attributes': [
      named('$endpoint', a.endpoint), named('$outcome', a.outcome), named('$operation', 'chat'),
      named('$model', 'gpt'), numbered('$resend', a.ordinal), numbered('$tokens', a.tokens),
      numbered('http.response.status_code', a.status),
      numbered('first_token_ns', a.first_token_ns - a.begin_ns)
    ]})}]}] AS resourceSpans
  FROM (SELECT *, row_number() OVER () // 100 AS line FROM '$attempts') a
  JOIN '$exchanges' e ON e.number = a.exchange GROUP BY line
) TO '$lines' (FORMAT json)
"""
_NAMES = {
    "$endpoint": names.ENDPOINT,
    "$outcome": names.ATTEMPT_OUTCOME,
    "$operation": names.OPERATION_NAME,
    "$model": names.REQUEST_MODEL,
    "$resend": names.RESEND_COUNT,
    "$tokens": names.ATTEMPT_TOKENS,
}

_SAME = """
SELECT endpoint, count(*), count(*) FILTER (outcome <> 'ok'),
  quantile_disc(took_ns, [0.5, 0.95, 0.99]), quantile_disc(token_ns, [0.5, 0.95, 0.99])
FROM ($attempts) GROUP BY endpoint ORDER BY endpoint
"""
_OURS = """
SELECT endpoint, outcome, end_ns - begin_ns AS took_ns, first_token_ns - begin_ns AS token_ns
FROM '$attempts'
"""
_SPAN = (
    "STRUCT(startTimeUnixNano VARCHAR, endTimeUnixNano VARCHAR, attributes "
    'STRUCT("key" VARCHAR, "value" STRUCT(stringValue VARCHAR, intValue VARCHAR))[])'
)
_THEIRS = """
SELECT end_ns::BIGINT - start_ns::BIGINT AS took_ns, of['$endpoint'].stringValue AS endpoint,
  of['$outcome'].stringValue AS outcome, of['first_token_ns'].intValue::BIGINT AS token_ns
FROM (
  SELECT span.startTimeUnixNano AS start_ns, span.endTimeUnixNano AS end_ns,
    map_from_entries(list_transform(span.attributes, lambda a: (a.key, a.value))) AS of
  FROM (SELECT unnest(resourceSpans[1].scopeSpans[1].spans) AS span FROM read_json('$lines',
    format = 'newline_delimited', maximum_object_size = 100000000,
    columns = {resourceSpans: 'STRUCT(scopeSpans STRUCT(spans $span[])[])[]'})))
"""


def columns_and_parquet(folder: RunFolder) -> list[Row]:
    """Aggregate our Parquet in DuckDB."""
    return _asked(_put(_OURS, folder))


def columns_and_lines(folder: RunFolder) -> list[Row]:
    """Aggregate OTLP JSON lines in DuckDB."""
    return _asked(_put(_THEIRS, folder))


def python_and_lines(folder: RunFolder) -> list[Row]:
    """Aggregate OTLP JSON lines in Python."""
    found: dict[str, list[tuple[str, int, int | None]]] = defaultdict(list)
    with _lines(folder).open(encoding="utf-8") as lines:
        for line in lines:
            for span in json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]:
                of = {each["key"]: each["value"] for each in span["attributes"]}
                took_ns = int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])
                token = of["first_token_ns"]["intValue"]
                outcome = of[names.ATTEMPT_OUTCOME]["stringValue"]
                token_ns = None if token is None else int(token)
                found[of[names.ENDPOINT]["stringValue"]].append((outcome, took_ns, token_ns))
    return _aggregated(found)


def objects(folder: RunFolder) -> list[Row]:
    """Aggregate our exchanges, read as objects."""
    from telemetry.seal import read_record  # noqa: PLC0415 - each way pays for what it needs

    found: dict[str, list[tuple[str, int, int | None]]] = defaultdict(list)
    for exchange in read_record(folder.path).exchanges:
        for a in exchange.attempts:
            token_ns = None if a.first_token_ns is None else a.first_token_ns - a.begin_ns
            took_ns = (a.end_ns or a.begin_ns) - a.begin_ns
            found[a.endpoint].append((a.outcome.value, took_ns, token_ns))
    return _aggregated(found)


def metrics(folder: RunFolder) -> list[Row]:
    """Tell every metric over every phase and window from columns."""
    from experiments.judging.columns import columns_of  # noqa: PLC0415 - as above
    from experiments.judging.tabulate import metric_tables  # noqa: PLC0415
    from experiments.reading.resolved import read_resolved  # noqa: PLC0415

    evidence = columns_of(folder.path, read_resolved(folder.experiment))
    if evidence is None:
        raise SystemExit("columns cannot tell this run")
    return [(sum(map(len, metric_tables(evidence).values())),)]


WAYS: dict[str, Callable[[RunFolder], list[Row]]] = {
    "DuckDB, our Parquet": columns_and_parquet,
    "DuckDB, OTLP JSON lines": columns_and_lines,
    "Python, OTLP JSON lines": python_and_lines,
    "our exchanges as objects": objects,
}


def _asked(attempts: str) -> list[Row]:
    with duckdb.connect(config={"threads": 2}) as database:
        database.execute("SET enable_progress_bar = false")
        rows: list[Row] = database.execute(_SAME.replace("$attempts", attempts)).fetchall()
        return rows


def _aggregated(found: dict[str, list[tuple[str, int, int | None]]]) -> list[Row]:
    def ranks(values: list[int]) -> list[int]:
        ordered = sorted(values)
        return [ordered[max(-(-percent * len(ordered) // 100), 1) - 1] for percent in PERCENTS]

    return [
        (
            endpoint,
            len(tries),
            sum(outcome != "ok" for outcome, _, _ in tries),
            ranks([took_ns for _, took_ns, _ in tries]),
            ranks([token_ns for _, _, token_ns in tries if token_ns is not None]),
        )
        for endpoint, tries in sorted(found.items())
    ]


def _lines(folder: RunFolder) -> Path:
    return folder.path / "attempts.otlp.jsonl"


def _write_lines(folder: RunFolder) -> None:
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        database.execute(_put(_LINES, folder))


def _put(query: str, folder: RunFolder) -> str:
    parts = _NAMES | {
        "$attempts": str(folder.attempts),
        "$exchanges": str(folder.exchanges),
        "$lines": str(_lines(folder)),
        "$span": _SPAN,
    }
    for name, text in parts.items():
        query = query.replace(name, text)
    return query


def peak_mb() -> float:
    """Return the most memory that this process ever held."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (told,) = (line for line in status if line.startswith("VmHWM:"))
    return int(told.split()[1]) / 1024


def measured(way: str, path: Path) -> tuple[float, float, object]:
    """Run one way in a process of its own: seconds from start to its answer, peak MB, answer."""
    command = [sys.executable, "-m", "bench.analysis", "--way", way, str(path)]
    return _timed(command)


def _timed(command: list[str]) -> tuple[float, float, object]:
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        told = process.stdout.readline() if process.stdout else ""
        took_s = time.perf_counter() - began
    if process.returncode or not told:
        raise SystemExit(f"{command[-2]} ended with {process.returncode}")
    peak, said = json.loads(told)
    return took_s, peak, said


def one_way(way: str, path: Path) -> None:
    """Go one way, and print the peak of memory with what it said."""
    folder = RunFolder(path)
    if way == "report":
        from experiments.judging.conclude import report  # noqa: PLC0415 - as above

        report(path)
        said: object = folder.report_html.stat().st_size / 1e6
    else:
        said = (metrics if way == "metrics" else WAYS[way])(folder)
    print(json.dumps([peak_mb(), said]), flush=True)


def main() -> int:
    """Measure, print, and say if a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=10_000_000, help="of the run to measure")
    parser.add_argument("--report-spans", type=int, default=1_000_000, help="of the run to report")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("path", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        one_way(given.way, given.path)
        return 0
    with tempfile.TemporaryDirectory(prefix="crosswind-bench-") as name:
        return _all(Path(name), given.spans, given.report_spans)


def _all(parent: Path, spans: int, report_spans: int) -> int:
    small, large = parent / "small", parent / "large"
    folder, great = write_run(small, report_spans), write_run(large, spans)
    _write_lines(RunFolder(folder))
    megabytes = _lines(RunFolder(folder)).stat().st_size / 1e6
    print(f"attempts of {report_spans:,} spans as OTLP JSON lines: {megabytes:,.0f} MB")
    print(f"{'':44}{'seconds':>9}{'peak MB':>9}")
    metrics_s, metrics_mb, told = measured("metrics", great)
    _say(f"{told[0][0]} figures of {spans:,} spans", metrics_s, metrics_mb)  # type: ignore[index]  # a row
    report_s, report_mb, page_mb = measured("report", folder)
    _say(f"report of {report_spans:,} spans, {page_mb:.1f} MB", report_s, report_mb)
    said = {}
    for way in WAYS:
        took_s, peak_mb, said[way] = measured(way, folder)
        _say(f"attempts per endpoint: {way}", took_s, peak_mb)
    if len({json.dumps(one) for one in said.values()}) != 1:
        print(f"the ways differ: {said}")
        return 1
    found = {
        "metrics_s": metrics_s,
        "metrics_mb": metrics_mb,
        "report_s": report_s,
        "page_mb": float(str(page_mb)),
    }
    missed = [name for name, bar in BARS.items() if found[name] > bar]
    print(f"missed: {', '.join(missed)}" if missed else "every bar is met")
    return int(bool(missed))


def _say(what: str, took_s: float, peak_mb: float) -> None:
    print(f"{what:44}{took_s:9.2f}{peak_mb:9.0f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
