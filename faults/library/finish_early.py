"""The provider ends its answer before it is done, and says why."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.parameters import Tokens
from faults.phrases import changed_body, is_event_stream, own_event, passed_head
from faults.steps import NEXT, Event, Script
from providers.dialect import Dialect
from providers.edited import Finish, edited_event, finish


class FinishEarly(Fault, frozen=True, kw_only=True):
    """The client gets part of an answer and a finish reason that allows it: length, or a filter."""

    name: ClassVar[str] = "finish_early"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("early_stop",)
    action: ClassVar[str] = "answered"
    also_attested: ClassVar[tuple[str, ...]] = ("withheld",)
    holds_back: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "Azure's asynchronous filter in the middle of a stream (streamlit/streamlit #8482); a "
        "legitimate end, so nothing is to fail over"
    )

    after_tokens: Annotated[
        Tokens, Meta(description="of a stream: what the client gets before")
    ] = 0
    reason: Annotated[Finish, Meta(description="in the dialect's own word for it")] = "length"

    def script(self, dialect: Dialect) -> Script:
        """Finish at the first event beyond; what brings no text any more still comes."""
        head = yield from passed_head()
        if head is None:
            return
        if is_event_stream(head):
            yield from self._cut(dialect)
        else:
            yield from changed_body(finish(self.reason))

    def _cut(self, dialect: Dialect) -> Script:
        passed, finished = 0, False
        while True:
            step = yield NEXT
            if not isinstance(step, Event):
                yield step
                return
            beyond = bool(step.tokens) and passed + step.tokens > self.after_tokens
            if not beyond and not (finished and step.finish):
                passed += step.tokens
                yield step
            elif not finished:
                finished = True
                yield own_event(dialect, edited_event(step.data, finish(self.reason)))
