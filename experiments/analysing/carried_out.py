"""Reads the source, judges, prints the figures and writes the reports of `crosswind analyse`."""

import os
import time
from pathlib import Path

import msgspec

from experiments import terminal
from experiments.analysing.analysed import Analysed, analysed, traffic_of
from experiments.analysing.choices import gates_of, moment_ns, windows_of
from experiments.judging.judge import judgement_json
from experiments.judging.verdict import Judgement
from experiments.reading.problems import UsageError, as_usage_error
from experiments.report import write_reports
from telemetry.clock import NS_PER_S
from telemetry.foreign.exchanges import Reading
from telemetry.foreign.sources import jaeger, otlp_json, parquet, tempo
from telemetry.foreign.sources.asking import HEADERS_VARIABLE, Store, headers_of
from telemetry.foreign.span import Spans
from telemetry.run_folder import RunFolder

HOUR_S = 3600
SHOWN = ("failover_time", "detection_time", "failover_delay", "recovery_time", "failback_time")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the spans."""

    reading: Reading
    title: str
    gates: tuple[str, ...] = ()
    gates_file: str | None = None
    windows: tuple[str, ...] = ()
    windows_file: Path | None = None
    max_error_share: float = 0.01


def spans_from(  # noqa: PLR0913 - each by name, as the command line has them
    kind: str,
    where: str,
    *,
    query: str,
    service: str | None,
    between: tuple[str | None, str | None],
    limit: int,
) -> Spans:
    """Read a source; raises UsageError when it cannot be."""
    with as_usage_error(otlp_json.UnreadableSourceError):
        if kind == "otlp-json":
            return otlp_json.read(where)
        if kind == "parquet":
            return parquet.read(Path(where))
        store = Store(where, headers_of(os.environ.get(HEADERS_VARIABLE, "")))
        stretch = _between(*between)
        if kind == "tempo":
            return tempo.read(store, query, stretch, limit, terminal.warn)
        return jaeger.read(store, service or _only_service(store), stretch, limit)


def carry_out(found: Spans, wanted: Wanted, out: Path | None) -> Judgement:
    """Judge spans; with `out`, write verdict and reports there. Raises UsageError."""
    traffic = traffic_of(found, wanted.reading)
    if not traffic.exchanges:
        unfit = sum(found.unfit.values())
        raise UsageError(
            f"{found.source}: no call to a model in {len(found.spans)} spans ({unfit} more could "
            "not be read): a GenAI span has gen_ai.operation.name chat, generate_content or "
            "text_completion"
        )
    zero_ns = traffic.exchanges[0].planned_ns
    endpoints = sorted({a.endpoint for e in traffic.exchanges for a in e.attempts})
    made = analysed(
        found,
        traffic,
        title=wanted.title,
        gates=gates_of(wanted.gates, wanted.gates_file, endpoints),
        windows=windows_of(wanted.windows, wanted.windows_file, zero_ns, endpoints),
        max_error_share=wanted.max_error_share,
    )
    _show(made)
    if out is not None:
        _write(out, made)
    return made.judgement


def _between(start: str | None, end: str | None) -> tuple[int, int]:
    now_s = int(time.time()) + 1
    end_s = now_s if end is None else -(-moment_ns(end, 0) // NS_PER_S)
    start_s = end_s - HOUR_S if start is None else moment_ns(start, 0) // NS_PER_S
    if start_s >= end_s:
        raise UsageError("--start is not before --end")
    return start_s, end_s


def _only_service(store: Store) -> str:
    known = jaeger.services(store)
    if len(known) == 1:
        return known[0]
    raise UsageError(f"{store.url}: say which --service: {', '.join(known) or 'it knows none'}")


def _show(made: Analysed) -> None:
    rows = [
        (window["name"], ", ".join(map(str, _listed(window["endpoints"]))), *_times(made, window))
        for window in made.judgement.windows
    ]
    if rows:
        inferred = " (inferred)" if any(w["inferred"] for w in made.judgement.windows) else ""
        terminal.table(f"Windows{inferred}", ("window", "at", "from s", "to s", *SHOWN), rows)


def _times(made: Analysed, window: dict[str, object]) -> tuple[object, ...]:
    figures = made.judgement.metrics
    scopes = (str(window["name"]), f"window:{window['name']}")
    found = [
        next((figures[name][scope] for scope in scopes if scope in figures[name]), {})
        for name in SHOWN
    ]
    values = ("unknown" if f.get("value") is None else f.get("value") for f in found)
    return window["start_s"], window["end_s"], *values


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _write(out: Path, made: Analysed) -> None:
    out.mkdir(parents=True, exist_ok=True)
    RunFolder(out).verdict.write_bytes(judgement_json(made.judgement))
    write_reports(out, made.experiment, made.record, made.judgement, made.evidence)
