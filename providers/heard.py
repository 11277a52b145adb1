"""What an answer says, however it is framed: its content, its end, and one outcome. Pure."""

from providers.dialect import Delta, Dialect, MalformedAnswerError, ProviderError, Usage
from providers.words import missing_and_repeated, numbers_in
from telemetry.outcome import Outcome
from telemetry.rows import AttemptEnded

ERROR_LENGTH = 200


class Heard:
    """The answer of one attempt; `outcome` is None until it is known.

    What counts as a success: a finish reason, no error within the answer, content, and no missing
    or repeated token where tokens are numbered.
    """

    def __init__(self, dialect: Dialect, *, stream: bool, numbered: bool) -> None:
        """`numbered`: tokens carry their index, so that lost and repeated ones can be counted."""
        self.dialect = dialect
        self.stream = stream
        self.content = Content(numbered=numbered)
        self.usage: Usage | None = None
        self.head_ns: int | None = None
        self.first_byte_ns: int | None = None
        self.retry_after_s: float | None = None
        self.outcome: Outcome | None = None
        self._finish_reason: str | None = None
        self._filtered = False
        self._model: str | None = None
        self._error: str | None = None

    @property
    def finished(self) -> bool:
        """True once a finish reason came: nothing that counts is missing behind it."""
        return self._finish_reason is not None

    @property
    def reusable(self) -> bool:
        """True when the answer ended so that its connection can carry another."""
        raise NotImplementedError

    @property
    def status(self) -> int | None:
        """The HTTP status, once the head came."""
        raise NotImplementedError

    @property
    def rpc_status(self) -> str | None:
        """The gRPC status by its name, where there is one."""
        return None

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
        content, usage = self.content, self.usage
        missing, repeated = content.missing_and_repeated(self._whole_tokens())
        return AttemptEnded(
            exchange=exchange,
            attempt=attempt,
            end_ns=end_ns,
            outcome=outcome,
            connected_ns=connected_ns,
            head_ns=self.head_ns,
            first_byte_ns=self.first_byte_ns,
            first_token_ns=content.first_ns,
            last_token_ns=content.last_ns,
            largest_gap_ns=content.largest_gap_ns,
            status=self.status,
            rpc_status=self.rpc_status,
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

    def take(self, delta: Delta, now_ns: int) -> None:
        """Take a part of the answer."""
        if delta.text:
            self.content.take(delta.text, now_ns)
        self._finish_reason = delta.finish_reason or self._finish_reason
        self.usage = delta.usage or self.usage
        self._model = delta.model or self._model
        self._filtered = self._filtered or delta.content_filtered
        if delta.error is not None:
            self.refuse(Outcome.ERROR_EVENT, delta.error)

    def ending(self, unfinished: Outcome) -> Outcome:
        """Return what it was; `unfinished` is what it is if no finish reason came."""
        if self._filtered:
            return Outcome.CONTENT_FILTERED
        if not self.finished:
            return unfinished
        if not self.content.pieces:
            return Outcome.EMPTY
        damaged = any(self.content.missing_and_repeated(self._whole_tokens()))
        return Outcome.INCOMPLETE if damaged else Outcome.OK

    def refuse(self, outcome: Outcome, error: ProviderError) -> None:
        """End with what the provider says against it."""
        self.retry_after_s = error.retry_after_s
        words = f"{error.code}: {error.message}" if error.message else error.code
        self.end(Outcome.CONTENT_FILTERED if error.content_filtered else outcome, words)

    def end_malformed(self, error: MalformedAnswerError) -> None:
        """End with bytes that cannot be read."""
        # An error event before them has already said more.
        if self.outcome is None:
            self.end(Outcome.MALFORMED, str(error))

    def end(self, outcome: Outcome, error: str | None = None) -> None:
        """Settle the outcome."""
        self.outcome = outcome
        self._error = error[:ERROR_LENGTH] if error else None

    def _whole_tokens(self) -> int:
        """Return how many tokens a finished answer had by the provider's own count; else 0."""
        return self.usage.output_tokens if self.usage and self.finished else 0


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
