"""Crosswind's own exported spans, read back: what other spans leave to be guessed; pure.

Times to the first token come back to the millisecond; all others exactly.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from telemetry import names
from telemetry.clock import nanoseconds
from telemetry.exchange import Phase, Touch
from telemetry.foreign.span import Span
from telemetry.foreign.windowing import Told
from telemetry.outcome import Outcome


def outcome(span: Span, name: str) -> Outcome | None:
    """Return the outcome that a span of ours tells under a name; None for another's."""
    told = span.attributes.get(name)
    return Outcome(told) if told in set(Outcome) else None


def first_token_ns(span: Span) -> int | None:
    """Return when the first content token of an attempt came."""
    after_ms = said(span, names.ATTEMPT_TIME_TO_FIRST_TOKEN)
    return None if after_ms is None else span.start_ns + nanoseconds(after_ms / 1000)


def whole(span: Span | None, name: str, otherwise: int) -> int:
    """Return a whole number that a span tells, else another."""
    found = None if span is None else said(span, name)
    return otherwise if found is None else found


def said(span: Span, name: str, otherwise: int | None = None) -> int | None:
    """Return a whole number that a span tells; `otherwise` where it tells none."""
    found = span.attributes.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else otherwise


def touches(span: Span) -> tuple[Touch, ...]:
    """Return what the proxy attested; when exactly, the span does not say."""
    action = str(span.attributes.get(names.FAULT_ACTION) or "")
    return tuple(
        Touch(fault=fault, action=action, at_ns=span.start_ns) for fault in _faults(span.attributes)
    )


def phases(spans: Iterable[Span]) -> tuple[Phase, ...]:
    """Return the phases of the run that the spans are of."""
    found = [
        Phase(name=str(span.attributes[names.PHASE]), start_ns=span.start_ns, end_ns=span.end_ns)
        for span in spans
        if span.kind == "INTERNAL" and names.PHASE in span.attributes
    ]
    return tuple(sorted(found, key=lambda phase: phase.start_ns))


def windows(spans: Iterable[Span]) -> Iterator[Told]:
    """Yield the fault windows of the run that the spans are of."""
    for span in spans:
        told = span.attributes
        if names.WINDOW in told:
            share = told.get(names.WINDOW_SHARE)
            yield Told(
                id=str(told[names.WINDOW]).partition("#")[0],
                endpoints=tuple(map(str, told.get(names.WINDOW_ENDPOINTS) or ())),
                start_ns=span.start_ns,
                end_ns=span.end_ns,
                share=float(share) if isinstance(share, int | float) else 1.0,
                faults=_faults(told),
            )


def _faults(told: dict[str, Any]) -> tuple[str, ...]:
    several = told.get(names.FAULT_IDS)
    if several:
        return tuple(map(str, several))
    return (str(told[names.FAULT_ID]),) if told.get(names.FAULT_ID) else ()
