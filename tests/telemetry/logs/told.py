"""Events and exchanges for tests of the log, and what a log says in short."""

from collections.abc import Iterable

from telemetry.logs.fact import LogFact
from telemetry.record import EventFact, Scalar
from tests.telemetry.synthetic import at


def event(name: str, subject: str = "", at_s: float = 1.0, **facts: Scalar) -> EventFact:
    return EventFact(spool="conductor-0", name=name, at_ns=at(at_s), subject=subject, facts=facts)


def said(facts: Iterable[LogFact]) -> list[tuple[str, str]]:
    """Return each event's name without its prefix, and its message."""
    return [(fact.event.removeprefix("crosswind."), fact.message) for fact in facts]
