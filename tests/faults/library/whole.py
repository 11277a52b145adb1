"""Whole answers as both clouds write them, and what a client reads of them under a fault."""

from typing import NamedTuple

import pytest

from faults.fault import Fault
from faults.layers import Layer, compose
from faults.rehearse import rehearse
from faults.steps import End, Event, Head, Step
from providers.catalog import http_dialects, make_dialect
from providers.dialect import Answer, Delta, Dialect
from providers.sse import event_data

TEXTS = ("0 ", "1 ", "2 ")
ANSWERED = "".join(TEXTS)
_FACTS = Answer(
    response_id="1", created_s=1_700_000_000, prompt_tokens=5, output_tokens=3, include_usage=True
)


class Case(NamedTuple):
    """A dialect, streamed or not."""

    name: str
    stream: bool

    @property
    def dialect(self) -> Dialect:
        return make_dialect({self.name: {}})

    def honest(self) -> list[Step]:
        """The honest answer's steps, as the proxy would read them."""
        head = Head(status=200, headers=self.dialect.head(_FACTS, stream=self.stream))
        if not self.stream:
            return [head, Event(data=self.dialect.body(_FACTS, TEXTS)), End()]
        dialect = self.dialect
        opening = [Event(data=data) for data in dialect.opening(_FACTS)]
        said = [Event(data=dialect.token(_FACTS, text), tokens=1) for text in TEXTS]
        closing = [self._closing(data) for data in dialect.closing(_FACTS)]
        return [head, *opening, *said, *closing, End()]

    def steps(self, *faults: Fault, honest: list[Step] | None = None) -> list[Step]:
        layers = [Layer(str(n), one.script(self.dialect)) for n, one in enumerate(faults)]
        told = compose(layers, lambda *_: None)
        return [step for _, step in rehearse(told, honest or self.honest()).steps]

    def deltas(self, *faults: Fault) -> list[Delta]:
        """What a client reads, event by event, or of the one body."""
        events = [step.data for step in self.steps(*faults) if isinstance(step, Event)]
        if not self.stream:
            return [self.dialect.read_body(b"".join(events))]
        return [self.dialect.read_event(event_data(event) or b"") for event in events]

    def passes(self, one: Fault, data: bytes) -> bool:
        """Tell whether an answer of these bytes passes as it is."""
        honest = [self.honest()[0], Event(data=data), End()]
        return self.steps(one, honest=honest) == honest

    def _closing(self, data: bytes) -> Event:
        finish = self.dialect.read_event(event_data(data) or b"").finish_reason is not None
        return Event(data=data, finish=finish)


EVERY = [Case(name, stream) for name in sorted(http_dialects()) for stream in (True, False)]
CASES = pytest.mark.parametrize("case", EVERY, ids=str)
