"""What the bytes of an answer mean: progress while it comes, one outcome at its end, and the facts.

Pure: bytes and the time they came are arguments. What counts as a success: a finish reason, no
error event, content, and no missing or repeated token where tokens are numbered. Neither status
200 nor `[DONE]` proves anything, and how the connection ended matters only if the answer was not
finished by then.
"""

from providers.dialect import Delta, Dialect, MalformedAnswerError, ProviderError, Usage
from providers.http1 import AnswerReader
from providers.sse import EventSplitter, event_data
from providers.words import missing_and_repeated, numbers_in
from telemetry.outcome import Outcome
from telemetry.rows import AttemptEnded

ERROR_LENGTH = 200
_BY_STATUS = {
    401: Outcome.AUTH_REFUSED,
    403: Outcome.AUTH_REFUSED,
    # The server gave up waiting: the question was not at fault.
    408: Outcome.SERVER_ERROR,
    429: Outcome.RATE_LIMITED,
}


class Answer:
    """Reads the answer of one attempt; `outcome` is None until it is known."""

    def __init__(self, dialect: Dialect, *, stream: bool, numbered: bool) -> None:
        """`numbered`: tokens carry their index, so that lost and repeated ones can be counted."""
        self._dialect = dialect
        self._stream = stream
        self._reader = AnswerReader()
        self._events = EventSplitter()
        self._events_read = 0
        self._body = b""
        self._content = Content(numbered=numbered)
        self._first_byte_ns: int | None = None
        self._head_ns: int | None = None
        self._finish_reason: str | None = None
        self._filtered = False
        self._usage: Usage | None = None
        self._model: str | None = None
        self._error: str | None = None
        self.retry_after_s: float | None = None
        self.outcome: Outcome | None = None

    @property
    def finished(self) -> bool:
        """True once a finish reason came: nothing that counts is missing behind it."""
        return self._finish_reason is not None

    @property
    def reusable(self) -> bool:
        """True when the answer ended so that its connection can carry another."""
        return self._reader.complete and self._reader.keep_alive

    def feed(self, data: bytes, now_ns: int) -> bool:
        """Read on; returns True when it brought streamed content for the user."""
        if self.outcome is not None:
            return False
        if self._first_byte_ns is None:
            self._first_byte_ns = now_ns
        before = self._content.pieces
        try:
            self._read(data, now_ns)
        except MalformedAnswerError as error:
            self._end_malformed(error)
        return self._stream and self._content.pieces > before

    def end_of_connection(self, now_ns: int, *, reset: bool) -> None:
        """Take the connection's end, in order (FIN) or not (RST)."""
        if self.outcome is not None:
            return
        if not reset:
            self._reader.feed_eof()
        if not self._reader.head_complete:
            self._end(Outcome.CLOSED_BEFORE_HEAD, "reset" if reset else "closed")
            return
        try:
            self._decide(Outcome.RESET_MID_STREAM if reset else Outcome.TRUNCATED, now_ns)
        except MalformedAnswerError as error:
            self._end_malformed(error)

    def row(
        self,
        *,
        exchange: int,
        attempt: int,
        end_ns: int,
        outcome: Outcome,
        connected_ns: int | None,
    ) -> AttemptEnded:
        """Return the row of this attempt with everything that was seen of its answer."""
        content, usage = self._content, self._usage
        missing, repeated = content.missing_and_repeated(self._whole_tokens())
        return AttemptEnded(
            exchange=exchange,
            attempt=attempt,
            end_ns=end_ns,
            outcome=outcome,
            connected_ns=connected_ns,
            head_ns=self._head_ns,
            first_byte_ns=self._first_byte_ns,
            first_token_ns=content.first_ns,
            last_token_ns=content.last_ns,
            largest_gap_ns=content.largest_gap_ns,
            status=self._status,
            rpc_status=self._rpc_status,
            tokens=content.tokens,
            missing_tokens=missing,
            repeated_tokens=repeated,
            usage_prompt_tokens=usage.prompt_tokens if usage else None,
            usage_output_tokens=usage.output_tokens if usage else None,
            finish_reason=self._finish_reason,
            retry_after_s=self.retry_after_s,
            model=self._model,
            error=self._error,
        )

    @property
    def _status(self) -> int | None:
        """The HTTP status, once the head came."""
        return self._reader.status

    @property
    def _rpc_status(self) -> str | None:
        """The gRPC status by its name, where there is one."""
        return None

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
        if self._head_ns is None:
            self._head_ns = now_ns
        body = self._reader.take_body()
        if not (self._stream and self._reader.status == 200):
            self._body += body
            return
        for event in self._events.feed(body):
            self._events_read += 1
            said = event_data(event)
            if said is not None and self.outcome is None:
                self._take(self._dialect.read_event(said), now_ns)

    def _take(self, delta: Delta, now_ns: int) -> None:
        if delta.text:
            self._content.take(delta.text, now_ns)
        self._finish_reason = delta.finish_reason or self._finish_reason
        self._usage = delta.usage or self._usage
        self._model = delta.model or self._model
        self._filtered = self._filtered or delta.content_filtered
        if delta.error is not None:
            self._refuse(Outcome.ERROR_EVENT, delta.error)

    def _decide(self, unfinished: Outcome, now_ns: int) -> None:
        """Settle the outcome; `unfinished` is what it is if no finish reason came."""
        status = self._reader.status or 0
        if status != 200:
            error = self._dialect.read_error(status, self._reader.headers, self._body)
            self._refuse(_refusal(status), error)
            return
        if not self._stream and self._reader.complete:
            self._take(self._dialect.read_body(self._body), now_ns)
        if self.outcome is None:
            self._end(self._ending(unfinished))

    def _ending(self, unfinished: Outcome) -> Outcome:
        if self._filtered:
            return Outcome.CONTENT_FILTERED
        if self._finish_reason is None:
            stranger = self._stream and not self._events_read and self._events.rest()
            return Outcome.MALFORMED if stranger else unfinished
        if not self._content.pieces:
            return Outcome.EMPTY
        damaged = any(self._content.missing_and_repeated(self._whole_tokens()))
        return Outcome.INCOMPLETE if damaged else Outcome.OK

    def _whole_tokens(self) -> int:
        """Return how many tokens a finished answer had by the provider's own count; else 0."""
        return self._usage.output_tokens if self._usage and self._finish_reason else 0

    def _refuse(self, outcome: Outcome, error: ProviderError) -> None:
        self.retry_after_s = error.retry_after_s
        filtered = error.content_filtered
        self._end(
            Outcome.CONTENT_FILTERED if filtered else outcome, f"{error.code}: {error.message}"
        )

    def _end_malformed(self, error: MalformedAnswerError) -> None:
        # An error event before the bytes that cannot be read has already said more.
        if self.outcome is None:
            self._end(Outcome.MALFORMED, str(error))

    def _end(self, outcome: Outcome, error: str | None = None) -> None:
        self.outcome = outcome
        self._error = error[:ERROR_LENGTH] if error else None


class Content:
    """The text that came: when, and which tokens."""

    def __init__(self, *, numbered: bool) -> None:
        self._numbered = numbered
        self._numbers: list[int] = []
        self._rest = ""
        self.pieces = 0
        self.first_ns: int | None = None
        self.last_ns: int | None = None
        self.largest_gap_ns: int | None = None

    @property
    def tokens(self) -> int:
        """Tokens by their numbers; where there are none, one per piece of content."""
        return len(self._numbers) or self.pieces

    def take(self, text: str, now_ns: int) -> None:
        """Take one piece of content."""
        self.pieces += 1
        if self.last_ns is None:
            self.first_ns = now_ns
        else:
            self.largest_gap_ns = max(self.largest_gap_ns or 0, now_ns - self.last_ns)
        self.last_ns = now_ns
        if self._numbered:
            self._number(text)

    def missing_and_repeated(self, whole: int) -> tuple[int, int]:
        """Count lost and repeated tokens of an answer of `whole` tokens; 0 if that is unknown.

        Text without a number where every token has one is somebody else's: none of them came.
        """
        if not self._numbers:
            return (max(1, whole) if self._numbered and self.pieces else 0), 0
        missing, repeated = missing_and_repeated(self._numbers)
        return missing + max(0, whole - max(self._numbers) - 1), repeated

    def _number(self, text: str) -> None:
        # A token ends with its space, and may come in two pieces.
        whole, space, self._rest = (self._rest + text).rpartition(" ")
        self._numbers += numbers_in(whole + space)


def _refusal(status: int) -> Outcome:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Outcome.SERVER_ERROR
    # Neither an answer nor a refusal that a dialect knows: a redirect, a 204.
    return Outcome.CLIENT_ERROR if status >= 400 else Outcome.MALFORMED
