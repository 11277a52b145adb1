"""What the messages of a gRPC call mean: progress while they come, one outcome at its end. Pure.

A call's messages and status are arguments, with the time they came. A status that is not OK is a
refusal before the first message, and an error within the answer after it. Of the head grpcio says
nothing by itself: it came with the first message, or with the status.
"""

from typing import Final

import msgspec

from providers.dialect import Delta, Dialect, MalformedAnswerError, ProviderError, Usage
from providers.grpc import Status
from providers.heard import Heard
from telemetry.outcome import Outcome

NO_STATUS: Final = "no gRPC status"
"""What is wrong with a stream that ended in order: its client is told of an error."""

_BY_CODE: Final = {
    # Whoever called it off, it was not the question: the client's own calling off is no status.
    1: Outcome.SERVER_ERROR,
    3: Outcome.CLIENT_ERROR,
    5: Outcome.CLIENT_ERROR,
    6: Outcome.CLIENT_ERROR,
    7: Outcome.AUTH_REFUSED,
    8: Outcome.RATE_LIMITED,
    9: Outcome.CLIENT_ERROR,
    11: Outcome.CLIENT_ERROR,
    12: Outcome.CLIENT_ERROR,
    16: Outcome.AUTH_REFUSED,
}
"""What a refusal by a status is; every other one is the server's error."""


class CallAnswer(Heard):
    """Reads the answer of one attempt over gRPC."""

    def __init__(self, dialect: Dialect, *, stream: bool, numbered: bool, whole: int = 0) -> None:
        """`numbered`: tokens carry their index, so that lost and repeated ones can be counted.

        `whole`: how many a finished answer has, where that is known; each message counts its own
        tokens alone, so that the last ones would be missed by nobody.
        """
        super().__init__(dialect, stream=stream, numbered=numbered)
        self._whole = whole
        self._messages = 0
        self._told: Status | None = None

    @property
    def reusable(self) -> bool:
        """True when the call is over: there is nothing of it to call off."""
        return self.outcome is not None and self._told is not None

    @property
    def status(self) -> int | None:
        """HTTP's, once the head came: 200 where gRPC is spoken."""
        if self.head_ns is None:
            return None
        return 200 if self._told is None else self._told.http_status

    @property
    def rpc_status(self) -> str | None:
        """The status by its name, once it came."""
        return None if self._told is None else self._told.name

    def message(self, data: bytes, now_ns: int) -> bool:
        """Take one message; returns True when it brought streamed content for the user."""
        if self.outcome is not None:
            return False
        self._head(now_ns)
        self._messages += 1
        before = self.content.pieces
        try:
            read = self.dialect.read_event if self.stream else self.dialect.read_body
            self.take(read(data), now_ns)
        except MalformedAnswerError as error:
            self.end_malformed(error)
        return self.stream and self.content.pieces > before

    def end_of_call(self, told: Status, now_ns: int) -> None:
        """Take the status that ends the call."""
        if self.outcome is not None:
            return
        self._head(now_ns)
        self._told = told
        if told.code == 0:
            self.end(self.ending(Outcome.TRUNCATED))
            return
        begun = self.stream and self._messages
        refusal = Outcome.ERROR_EVENT if begun else outcome_of(told.code)
        error = ProviderError(
            code=told.name, message=told.message, retry_after_s=told.retry_after_s
        )
        self.refuse(refusal, error)

    def end_of_connection(self, *, reset: bool) -> None:
        """Take the end of its stream without a status: in order, or by a reset."""
        if self.outcome is not None:
            return
        if self.head_ns is None:
            self.end(Outcome.CLOSED_BEFORE_HEAD, "reset" if reset else "closed")
        else:
            cut = Outcome.RESET_MID_STREAM if reset else Outcome.TRUNCATED
            # A client waits for the status of a call that is not streamed, and raises without one.
            outcome = self.ending(cut) if self.stream else cut
            self.end(outcome, NO_STATUS if outcome is Outcome.TRUNCATED else None)

    def take(self, delta: Delta, now_ns: int) -> None:
        """Take a part of the answer; each message counts its own tokens."""
        if self.finished:
            # Why it finished came before the message that says that nothing more comes.
            delta = msgspec.structs.replace(delta, finish_reason=None)
        before = self.usage
        super().take(delta, now_ns)
        if delta.usage is not None and before is not None:
            self.usage = Usage(
                prompt_tokens=delta.usage.prompt_tokens,
                output_tokens=before.output_tokens + delta.usage.output_tokens,
            )

    def _whole_tokens(self) -> int:
        """Return how many tokens a finished answer has: what is known, else by its own count."""
        return max(super()._whole_tokens(), self._whole if self.finished else 0)

    def _head(self, now_ns: int) -> None:
        if self.head_ns is None:
            self.head_ns = self.first_byte_ns = now_ns


def outcome_of(code: int) -> Outcome:
    """Return what a refusal by a status is, whose number is not 0."""
    return _BY_CODE.get(code, Outcome.SERVER_ERROR)
