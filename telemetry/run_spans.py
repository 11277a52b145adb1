"""The run as a trace of its own: a root, below it a span per phase and one per fault window.

Exchanges link to the windows whose faults touched them, never a window to its exchanges: there may
be many thousands. Pure: ids follow from the run tag and the names.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from telemetry import names
from telemetry.exchange import Exchange, Phase, Touch, Window
from telemetry.identity import span_id, trace_id
from telemetry.record import EventFact, Record
from telemetry.span_fact import Attributes, Link, SpanFact, present
from telemetry.windows import names_of, windows_of

RUN_NUMBER = 0xFFFF_FFFF
"""What stands for the exchange's number in the run's own trace id; no exchange has it."""


class Injected(msgspec.Struct, frozen=True):
    """What a fault injects: its kind, and its parameters as JSON, empty for none."""

    kind: str
    parameters: str = ""


class RunSpans:
    """Makes the run's own spans, and tells which windows an exchange links to."""

    def __init__(
        self,
        record: Record,
        title: str,
        injected: Mapping[str, Injected],
        *,
        sample: float = 1.0,
    ) -> None:
        """`title` is the experiment's, `injected` what each fault does, by its id."""
        self._sample = sample
        self._record = record
        self._title = title
        self._injected = injected
        self._phases = phases_of(record)
        self._trace = trace_id(record.run_tag, RUN_NUMBER)
        self._root = span_id(self._trace, "run")
        self._end_ns = max([p.end_ns for p in self._phases], default=0)
        windows = windows_of(record.events, record.exchanges, record_end_ns=self._end_ns)
        self._windows = names_of(windows) if self._phases else {}

    def spans(self) -> Iterator[SpanFact]:
        """Yield the root, its phases and its windows; nothing of a run that had no phase."""
        if not self._phases:
            return
        yield self._root_span()
        yield from map(self._phase_span, self._phases)
        for window, name in self._windows.items():
            yield self._window_span(window, name)

    def phase_at(self, at_ns: int) -> str | None:
        """Return the phase that a moment lies in; None outside of all."""
        return next((p.name for p in self._phases if p.start_ns <= at_ns < p.end_ns), None)

    def links_of(self, exchange: Exchange) -> tuple[Link, ...]:
        """Return the windows whose faults touched an exchange."""
        touches = [touch for attempt in exchange.attempts for touch in attempt.touches]
        found = (self._window_of(touch) for touch in touches)
        # A window that several faults share, or that touched twice, is one link.
        return tuple(dict.fromkeys(Link(self._trace, self._id(name)) for name in found if name))

    def _window_of(self, touch: Touch) -> str:
        """Return the last window that had begun when its fault acted."""
        begun = [
            name
            for window, name in self._windows.items()
            if touch.fault in window.faults and window.start_ns <= touch.at_ns
        ]
        return begun[-1] if begun else ""

    def _root_span(self) -> SpanFact:
        start_ns = min(phase.start_ns for phase in self._phases)
        facts = present({names.RUN_TITLE: self._title or None, names.RUN_SAMPLE: self._sample})
        return self._span(names.RUN_SPAN, "", self._root, (start_ns, self._end_ns), facts)

    def _phase_span(self, phase: Phase) -> SpanFact:
        name = names.PHASE_SPAN.format(phase=phase.name)
        facts: Attributes = {names.PHASE: phase.name}
        own = span_id(self._trace, name)
        return self._span(name, self._root, own, (phase.start_ns, phase.end_ns), facts)

    def _window_span(self, window: Window, name: str) -> SpanFact:
        title = names.WINDOW_SPAN.format(window=name)
        facts = self._facts(window, name)
        own = self._id(name)
        return self._span(title, self._root, own, (window.start_ns, window.end_ns), facts)

    def _facts(self, window: Window, name: str) -> Attributes:
        injected = [self._injected[f] for f in window.faults if f in self._injected]
        return present(
            {
                names.WINDOW: name,
                names.WINDOW_ENDPOINTS: window.endpoints,
                names.WINDOW_SHARE: window.share,
                names.WINDOW_EXCHANGES: window.touched_exchanges,
                names.WINDOW_ATTEMPTS: window.touched_attempts,
                names.FAULT_IDS: window.faults,
                names.FAULT_KIND: injected[0].kind if injected else None,
                names.FAULT_PARAMETERS: (injected[0].parameters or None) if injected else None,
            }
        )

    def _id(self, window: str) -> str:
        return span_id(self._trace, f"window {window}")

    def _span(
        self, name: str, parent: str, own: str, between: tuple[int, int], facts: Attributes
    ) -> SpanFact:
        wall = self._record.clock.wall
        return SpanFact(
            trace_id=self._trace,
            span_id=own,
            parent_span_id=parent,
            name=name,
            kind="INTERNAL",
            start_ns=wall(between[0]),
            end_ns=wall(between[1]),
            error="",
            attributes=facts,
        )


def phases_of(record: Record) -> Sequence[Phase]:
    """Return the phases that the record tells of, in its order."""
    return [phase for event in record.events if (phase := phase_told(event)) is not None]


def phase_told(event: EventFact) -> Phase | None:
    """Return the phase that an event tells of; None for any other event."""
    if event.name != "phase":
        return None
    start_ns, end_ns = event.facts.get("start_ns"), event.facts.get("end_ns")
    if not isinstance(start_ns, int) or not isinstance(end_ns, int):
        return None
    return Phase(name=event.subject, start_ns=start_ns, end_ns=end_ns)
