"""Whole runs as records: what `judge` is given, made of numbers instead of processes."""

from collections.abc import Iterable

from msgspec.structs import replace

from experiments.model import Endpoint, Experiment, Fault
from loadgen.config import Load, Route
from telemetry.clock import ClockPair
from telemetry.exchange import Exchange, Hop
from telemetry.identity import CANARY_FIRST_NUMBER, trace_id
from telemetry.record import EventFact, Record, SpoolFact
from tests.telemetry.synthetic import (
    END_S,
    PHASES,
    RUN_TAG,
    at,
    attempt,
    event,
    exchange,
    failed_over,
    refused,
    renumbered,
    steady,
    window_events,
)

GATES = (
    "failover_time <= 5 s",
    "failover_delay max <= 2 s",
    "time_to_first_token p95 (fault) <= 1.5 s",
    "user_errors (fault) <= 1 %",
    "silent_failures (fault) <= 0 %",
    "failback_time <= 12 s",
    "recovery_time <= 10 s",
)
OUTAGE = Fault(id="outage", at=("azure",), inject={"http_error": {"status": 503}}, duration_s=20.0)


def experiment(*gates: str, faults: tuple[Fault, ...] = (OUTAGE,)) -> Experiment:
    """Return an experiment on azure and vertex; without gates told, the usual ones."""
    endpoints = ("azure", "vertex")
    dialects = ("azure-openai", "vertex-gemini")
    return Experiment(
        name="azure-outage",
        title="Azure goes down",
        endpoints=tuple(
            Endpoint(name=name, dialect={dialect: {}})
            for name, dialect in zip(endpoints, dialects, strict=True)
        ),
        route=Route(order=endpoints),
        load=Load(arrivals={"constant": {"rate_per_s": 20.0}}),
        faults=faults,
        gates=gates or GATES,
    )


def record(
    exchanges: Iterable[Exchange],
    *,
    extra: Iterable[EventFact] = (),
    without: Iterable[str] = (),
    planned: int | None = None,
    share: float = 1.0,
    aborted: str = "",
    faults_left: int = 0,
) -> Record:
    """Return a complete record; `without` names the events that are missing from it."""
    made = tuple(exchanges)
    events = [
        *_conductor(len(made) if planned is None else planned),
        *window_events("outage", 20.0, 40.0, share=share),
        *extra,
        event("run_end", END_S, aborted=aborted, faults_left=faults_left, drained_ns=at(END_S)),
    ]
    canaries = [trace_id(RUN_TAG, CANARY_FIRST_NUMBER + i) for i in range(2)]
    hops = [
        Hop(proxy="injector-0", hop=i, endpoint=name, begin_ns=at(-1.0))
        for i, name in enumerate(("azure", "vertex"))
    ]
    return Record(
        run_tag=RUN_TAG,
        clock=ClockPair(host="here", monotonic_ns=at(0), wall_ns=1_700_000_000_000_000_000),
        exchanges=made,
        events=tuple(sorted((e for e in events if e.name not in without), key=lambda e: e.at_ns)),
        faults=(),
        spools=tuple(spool(role) for role in ("conductor", "injector", "worker")),
        other_hops=tuple(hops),
        other_traces=tuple(canaries),
    )


def spool(role: str, *, lost: int = 0, ended: bool = True) -> SpoolFact:
    return SpoolFact(name=f"{role}-0", role=role, rows=100, lost=lost, ended=ended)


def _conductor(planned: int) -> Iterable[EventFact]:
    for ordinal, endpoint in enumerate(("azure", "vertex")):
        trace = trace_id(RUN_TAG, CANARY_FIRST_NUMBER + ordinal)
        yield event("canary", -1.0, endpoint, trace_id=trace, ok=True, status=200)
    yield event("plan", 0.0, planned=planned, seed=1)
    for name, start, end in PHASES:
        yield event("phase", 0.0, name, start_ns=at(start), end_ns=at(end))


def with_breaker() -> list[Exchange]:
    """A clean failover at 20/s: 12 refusals, then a probe every 5 s; back 2 s after the window."""
    outage = [_in_outage(i, 20.0 + i / 20) for i in range(400)]
    late = steady(40.0, 42.0, every=0.05, endpoint="vertex")
    return renumbered([*steady(0, 20, every=0.05), *outage, *late, *steady(42, 60, every=0.05)])


def _in_outage(index: int, planned: float) -> Exchange:
    if index < 12 or index % 100 == 0:
        return failed_over(index, planned)
    return exchange(index, planned, attempt("vertex", planned))


def without_breaker() -> list[Exchange]:
    """Every exchange of the window tries azure first, to its end; vertex answers them all."""
    outage = [failed_over(i, 20.0 + i / 20) for i in range(400)]
    return renumbered([*steady(0, 20, every=0.05), *outage, *steady(40, 60, every=0.05)])


def without_fallback() -> list[Exchange]:
    """Nobody answers in the window."""
    times = [20.0 + i / 20 for i in range(400)]
    outage = [exchange(i, t, refused("azure", t)) for i, t in enumerate(times)]
    return renumbered([*steady(0, 20, every=0.05), *outage, *steady(40, 60, every=0.05)])


def untouched() -> list[Exchange]:
    """Nothing happened at all."""
    return steady(0, 60, every=0.05)


def with_spool(record_: Record, role: str, *, lost: int = 0, ended: bool = True) -> Record:
    """Return the record with one spool in another condition."""
    kept = [s for s in record_.spools if s.role != role]
    return replace(record_, spools=(*kept, spool(role, lost=lost, ended=ended)))
