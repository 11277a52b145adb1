"""From exchanges and windows of others to the evidence that metrics and gates look at; pure."""

from collections.abc import Sequence

from telemetry.clock import ClockPair
from telemetry.exchange import Evidence, Exchange, Phase
from telemetry.foreign.knowable import unknown_figures
from telemetry.foreign.windowing import Told, events_of, touched
from telemetry.record import EventFact, Record
from telemetry.windows import windows_of

ANALYSED = "analysed"
"""The event by which a record says that it was made of spans of others."""


def is_analysis(record: Record) -> bool:
    """Tell whether a record was made of spans of others, not of a run's rows."""
    return bool(record.named(ANALYSED))


def evidence_of(
    exchanges: Sequence[Exchange], windows: Sequence[Told], phases: Sequence[Phase] = ()
) -> Evidence:
    """Return the evidence; without phases of its own, the windows part it into three.

    Before the first window all is baseline, after the last all is recovery.
    """
    seen = touched(exchanges, windows)
    starts = [exchange.planned_ns for exchange in seen]
    ends = [exchange.end_ns or exchange.dispatched_ns for exchange in seen]
    start_ns, load_end_ns = min(starts, default=0), max(starts, default=0) + 1
    parts = tuple(phases) or _parts(windows, start_ns, load_end_ns)
    tried = dict.fromkeys(attempt.endpoint for e in seen for attempt in e.attempts)
    end_ns = max([*ends, load_end_ns])
    return Evidence(
        exchanges=seen,
        phases=parts,
        windows=windows_of(tuple(events_of(windows)), seen, record_end_ns=end_ns),
        endpoints=tuple(sorted(tried)),
        start_ns=min([start_ns, *(phase.start_ns for phase in phases)]),
        end_ns=end_ns,
        inferred=any(not window.faults for window in windows),
        unknown=unknown_figures(seen),
    )


def _parts(windows: Sequence[Told], start_ns: int, end_ns: int) -> tuple[Phase, ...]:
    if not windows:
        return (Phase(name="baseline", start_ns=start_ns, end_ns=end_ns),)
    first_ns = max(start_ns, min(window.start_ns for window in windows))
    last_ns = max(first_ns, min(end_ns, max(window.end_ns for window in windows)))
    marks = (start_ns, first_ns, last_ns, end_ns)
    names = ("baseline", "fault", "recovery")
    return tuple(
        Phase(name=name, start_ns=marks[i], end_ns=marks[i + 1]) for i, name in enumerate(names)
    )


def record_of(evidence: Evidence, windows: Sequence[Told], source: str) -> Record:
    """Return the record that a report starts from; its clock is the spans' own."""
    analysed = EventFact(spool="traces", name=ANALYSED, at_ns=evidence.start_ns, subject=source)
    return Record(
        run_tag="",
        clock=ClockPair(host="the spans' own", monotonic_ns=0, wall_ns=0),
        exchanges=evidence.exchanges,
        events=(analysed, *events_of(windows)),
        faults=(),
        spools=(),
    )
