"""Runs made of numbers: exchanges, windows and evidence in seconds from a run's start.

Everything has a default that a healthy exchange would have, so that a test says only what it is
about. `azure` is the preferred endpoint, `vertex` the fallback.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from telemetry.clock import nanoseconds
from telemetry.exchange import Attempt, Evidence, Exchange, Hop, Phase, Touch, Window
from telemetry.figure import Figure, Scope
from telemetry.identity import attempt_span_id, trace_id
from telemetry.measure import figure_of, metrics
from telemetry.outcome import Outcome
from telemetry.record import EventFact, Scalar

RUN_TAG = "0badcafe"
ZERO_NS = nanoseconds(1000)
"""The run's start on the host's clock: not 0, so that nobody confuses a time with a duration."""

PHASES = (
    ("warm_up", 0.0, 5.0),
    ("baseline", 5.0, 20.0),
    ("fault", 20.0, 40.0),
    ("recovery", 40.0, 60.0),
)
END_S = 62.0


def at(seconds: float | None) -> int:
    """Return the clock's reading so many seconds into the run; only for times that are."""
    assert seconds is not None
    return ZERO_NS + nanoseconds(seconds)


def maybe(seconds: float | None) -> int | None:
    return None if seconds is None else at(seconds)


def touch(fault: str, at_s: float, *, action: str = "answered", inferred: bool = False) -> Touch:
    return Touch(fault=fault, action=action, at_ns=at(at_s), inferred=inferred)


def attempt(
    endpoint: str,
    begin: float,
    end: float | None = None,
    *,
    first: float | None = None,
    outcome: Outcome = Outcome.OK,
    fault: str = "",
    tokens: int = 4,
    gap: float | None = None,
    joined: bool = True,
    head: float | None = None,
    last: float | None = None,
    status: int | None = None,
    usage: int | None = None,
    tokens_up: int | None = None,
    missing: int = 0,
    repeated: int = 0,
    finish: str | None = "stop",
    touches: Sequence[Touch] = (),
) -> Attempt:
    """Return one try; a good one brings its first token 0.2 s after its start, unless told."""
    good = outcome is Outcome.OK
    end = begin + 1.0 if end is None else end
    first = begin + 0.2 if first is None and good else first
    hop = Hop(proxy="injector-0", hop=0, endpoint=endpoint, begin_ns=at(begin), tokens_up=tokens_up)
    return Attempt(
        exchange=0,
        ordinal=0,
        endpoint=endpoint,
        key=0,
        span_id="",
        begin_ns=at(begin),
        end_ns=at(end),
        outcome=outcome,
        head_ns=maybe(head),
        first_byte_ns=maybe(first),
        first_token_ns=maybe(first),
        last_token_ns=maybe(end if last is None and good else last),
        largest_gap_ns=None if gap is None else nanoseconds(gap),
        status=status,
        tokens=tokens if first is not None else 0,
        missing_tokens=missing,
        repeated_tokens=repeated,
        usage_output_tokens=usage,
        finish_reason=finish if good else None,
        hop=hop if joined else None,
        touches=(touch(fault, begin + 0.005), *touches) if fault else tuple(touches),
    )


def refused(endpoint: str, begin: float, *, fault: str = "outage", took: float = 0.01) -> Attempt:
    """Return a try that a fault answered with a 503."""
    return attempt(
        endpoint,
        begin,
        begin + took,
        outcome=Outcome.SERVER_ERROR,
        fault=fault,
        status=503,
        head=begin + took,
    )


def exchange(
    number: int,
    planned: float,
    *attempts: Attempt,
    outcome: Outcome | None = None,
    late: float = 0.0,
    end: float | None = None,
    ended: bool = True,
    believed_ok: bool | None = None,
    output_tokens: int = 4,
    prompt_tokens: int = 100,
) -> Exchange:
    """Return one request; it ends as its last attempt does, unless told."""
    trace = trace_id(RUN_TAG, number)
    made = attempts or (attempt("azure", planned + late),)
    last = made[-1]
    outcome = last.outcome if outcome is None else outcome
    end_ns = last.end_ns if end is None else at(end)
    return Exchange(
        number=number,
        trace_id=trace,
        replica=number % 4,
        planned_ns=at(planned),
        dispatched_ns=at(planned + late),
        prompt_tokens=prompt_tokens,
        output_tokens=output_tokens,
        end_ns=end_ns if ended else None,
        outcome=outcome if ended else Outcome.UNFINISHED,
        believed_ok=outcome is Outcome.OK if believed_ok is None else believed_ok,
        served_by=last.endpoint if outcome is Outcome.OK else "",
        attempts=tuple(_numbered(number, trace, made)),
    )


def _numbered(number: int, trace: str, attempts: Iterable[Attempt]) -> Iterable[Attempt]:
    for ordinal, one in enumerate(attempts):
        span = attempt_span_id(trace, ordinal)
        yield replace(one, exchange=number, ordinal=ordinal, span_id=span)


def window(
    start: float = 20.0,
    end: float = 40.0,
    *,
    group: str = "outage",
    faults: tuple[str, ...] = (),
    endpoints: tuple[str, ...] = ("azure",),
    first_hit: float | None = 20.0,
    share: float = 1.0,
    selective: bool = False,
    may_miss: bool = False,
) -> Window:
    """Return a fault window; its fault is named as its group, unless told."""
    return Window(
        group=group,
        faults=faults or (group,),
        endpoints=endpoints,
        start_ns=at(start),
        end_ns=at(end),
        first_hit_ns=maybe(first_hit),
        share=share,
        selective=selective,
        may_miss=may_miss,
    )


def event(name: str, at_s: float, subject: str = "", **facts: Scalar) -> EventFact:
    return EventFact(spool="any-0", name=name, at_ns=at(at_s), subject=subject, facts=facts)


def window_events(
    fault: str,
    start: float,
    end: float | None,
    *,
    group: str = "",
    endpoints: str = "azure",
    share: float = 1.0,
    selection: str = "",
    listener: bool = False,
) -> list[EventFact]:
    """Return the injector's two events of one fault's window; without `end` only the first."""
    facts: dict[str, Scalar] = {
        "group": group or fault,
        "endpoints": endpoints,
        "share": share,
        "selection": selection,
        "listener": listener,
    }
    found = [event("window_start", start, fault, **facts)]
    return found if end is None else [*found, event("window_end", end, fault, **facts)]


def evidence(
    exchanges: Iterable[Exchange],
    *windows: Window,
    phases: Sequence[tuple[str, float, float]] = PHASES,
    end: float = END_S,
) -> Evidence:
    """Return what a metric looks at; phases: warm-up to 5 s, baseline 20, fault 40, recovery 60."""
    return Evidence(
        exchanges=tuple(exchanges),
        phases=tuple(Phase(name=n, start_ns=at(s), end_ns=at(e)) for n, s, e in phases),
        windows=windows,
        endpoints=("azure", "vertex"),
        start_ns=ZERO_NS,
        end_ns=at(end),
        order=("azure", "vertex"),
        cooldown_s=5.0,
    )


def steady(
    start: float, end: float, *, every: float = 0.1, first_number: int = 0, endpoint: str = "azure"
) -> list[Exchange]:
    """Return healthy exchanges at a constant rate, planned in [start, end)."""
    count = round((end - start) / every)
    return [
        exchange(first_number + i, t, attempt(endpoint, t))
        for i, t in enumerate(start + k * every for k in range(count))
    ]


def failed_over(number: int, planned: float, *, took: float = 0.01) -> Exchange:
    """Return an exchange that the outage refused at azure and vertex answered."""
    return exchange(
        number, planned, refused("azure", planned, took=took), attempt("vertex", planned + took)
    )


def renumbered(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return the same exchanges numbered in planned order, as a run would have them."""
    ordered = sorted(exchanges, key=lambda e: e.planned_ns)
    return [
        replace(
            e,
            number=i,
            trace_id=trace_id(RUN_TAG, i),
            attempts=tuple(replace(a, exchange=i) for a in e.attempts),
        )
        for i, e in enumerate(ordered)
    ]


def measured(
    name: str,
    evidence_: Evidence,
    *,
    window: Window | None = None,
    phase: str | None = None,
    endpoint: str | None = None,
    statistic: str = "",
) -> Figure:
    """Return a metric's figure in one scope."""
    scope = Scope(phase=phase, window=window, endpoint=endpoint)
    return figure_of(metrics()[name], evidence_, scope, statistic)
