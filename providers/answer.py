"""What the bytes of an answer mean: progress while it comes, one outcome at its end, and the facts.

Pure: bytes and the time they came are arguments. Neither status 200 nor `[DONE]` proves anything,
and how the connection ended matters only if the answer was not finished by then.
"""

from providers.dialect import Dialect, MalformedAnswerError
from providers.heard import Heard
from providers.http1 import AnswerReader
from providers.sse import EventSplitter, event_data
from telemetry.outcome import Outcome

_BY_STATUS = {
    401: Outcome.AUTH_REFUSED,
    403: Outcome.AUTH_REFUSED,
    # The server gave up waiting: the question was not at fault.
    408: Outcome.SERVER_ERROR,
    429: Outcome.RATE_LIMITED,
}


class Answer(Heard):
    """Reads the answer of one attempt over HTTP/1.1."""

    def __init__(self, dialect: Dialect, *, stream: bool, numbered: bool) -> None:
        """`numbered`: tokens carry their index, so that lost and repeated ones can be counted."""
        super().__init__(dialect, stream=stream, numbered=numbered)
        self._reader = AnswerReader()
        self._events = EventSplitter()
        self._events_read = 0
        self._body = b""

    @property
    def reusable(self) -> bool:
        """True when the answer ended so that its connection can carry another."""
        return self._reader.complete and self._reader.keep_alive

    @property
    def status(self) -> int | None:
        """The HTTP status, once the head came."""
        return self._reader.status

    def feed(self, data: bytes, now_ns: int) -> bool:
        """Read on; returns True when it brought streamed content for the user."""
        if self.outcome is not None:
            return False
        if self.first_byte_ns is None:
            self.first_byte_ns = now_ns
        before = self.content.pieces
        try:
            self._read(data, now_ns)
        except MalformedAnswerError as error:
            self.end_malformed(error)
        return self.stream and self.content.pieces > before

    def end_of_connection(self, now_ns: int, *, reset: bool) -> None:
        """Take the connection's end, in order (FIN) or not (RST)."""
        if self.outcome is not None:
            return
        if not reset:
            self._reader.feed_eof()
        if not self._reader.head_complete:
            self.end(Outcome.CLOSED_BEFORE_HEAD, "reset" if reset else "closed")
            return
        try:
            self._decide(Outcome.RESET_MID_STREAM if reset else Outcome.TRUNCATED, now_ns)
        except MalformedAnswerError as error:
            self.end_malformed(error)

    def ending(self, unfinished: Outcome) -> Outcome:
        """Return what it was; a stream without a single event is not one."""
        stranger = self.stream and not self._events_read and self._events.rest()
        return super().ending(Outcome.MALFORMED if stranger else unfinished)

    def _read(self, data: bytes, now_ns: int) -> None:
        try:
            self._reader.feed(data)
        finally:
            # What came before the bytes that cannot be read did come.
            if self._reader.head_complete:
                self._read_body(now_ns)
        if self._reader.complete and self.outcome is None:
            self._decide(Outcome.TRUNCATED, now_ns)

    def _read_body(self, now_ns: int) -> None:
        if self.head_ns is None:
            self.head_ns = now_ns
        body = self._reader.take_body()
        if not (self.stream and self._reader.status == 200):
            self._body += body
            return
        for event in self._events.feed(body):
            self._events_read += 1
            said = event_data(event)
            if said is not None and self.outcome is None:
                self.take(self.dialect.read_event(said), now_ns)

    def _decide(self, unfinished: Outcome, now_ns: int) -> None:
        """Settle the outcome; `unfinished` is what it is if no finish reason came."""
        status = self._reader.status or 0
        if status != 200:
            error = self.dialect.read_error(status, self._reader.headers, self._body)
            self.refuse(_refusal(status), error)
            return
        if not self.stream and self._reader.complete:
            self.take(self.dialect.read_body(self._body), now_ns)
        if self.outcome is None:
            self.end(self.ending(unfinished))


def _refusal(status: int) -> Outcome:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Outcome.SERVER_ERROR
    # Neither an answer nor a refusal that a dialect knows: a redirect, a 204.
    return Outcome.CLIENT_ERROR if status >= 400 else Outcome.MALFORMED
