"""The honest answer of a stream as steps: head, events, trailers, an ending. Pure.

gRPC is cut into its messages, each of which counts as one content token; a stream of server-sent
events into its events; any other body comes in the pieces that it arrived in.
"""

from collections.abc import Sequence

from faults.honest import event_of
from faults.http2.heads import Field, head_of, text_of
from faults.steps import End, Event, Head, Reset, Step, Trailers
from providers.dialect import Dialect
from providers.grpc import MessageSplitter, is_grpc
from providers.sse import EventSplitter


class AnswerSteps:
    """Reads one stream. `encoding`: a content coding in which no event can be seen.

    `cuts`: False lets pieces pass as they come, for whoever looks at none. `tokens`: content
    tokens so far, None where the body has none to count.
    """

    def __init__(self, dialect: Dialect, *, cuts: bool) -> None:
        self.encoding = ""
        self.tokens: int | None = None
        self._dialect = dialect
        self._cuts = cuts
        self._splitter: MessageSplitter | EventSplitter | None = None

    def head(self, fields: Sequence[Field]) -> list[Step]:
        """Take the head."""
        head = head_of(fields)
        if self._cuts:
            self._choose_reading(head)
        return [head]

    def body(self, data: bytes) -> list[Step]:
        """Take some of the body."""
        if self._splitter is None:
            return [Event(data=data)] if data else []
        steps: list[Step] = [self._event(whole) for whole in self._splitter.feed(data)]
        return steps

    def trailers(self, fields: Sequence[Field]) -> list[Step]:
        """Take the fields behind the body; the end comes with them."""
        return [*self._rest(), Trailers(headers=text_of(fields)), End()]

    def end(self) -> list[Step]:
        """Take the end of the stream."""
        return [*self._rest(), End()]

    def reset(self, code: int) -> list[Step]:
        """Take a reset of the stream."""
        return [*self._rest(), Reset(code=code)]

    def _choose_reading(self, head: Head) -> None:
        headers = {name.lower(): value for name, value in head.headers}
        kind = headers.get("content-type", "").lower()
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if is_grpc(kind):
            self._splitter = MessageSplitter()
        elif encoding not in {"identity", ""}:
            self.encoding = encoding
        elif kind.startswith("text/event-stream"):
            self._splitter = EventSplitter()
        if self._splitter is not None:
            self.tokens = 0

    def _event(self, whole: bytes) -> Event:
        grpc = isinstance(self._splitter, MessageSplitter)
        event = Event(data=whole, tokens=1) if grpc else event_of(self._dialect, whole)
        self.tokens = (self.tokens or 0) + event.tokens
        return event

    def _rest(self) -> list[Step]:
        left = b"" if self._splitter is None else self._splitter.rest()
        return [Event(data=left)] if left else []
