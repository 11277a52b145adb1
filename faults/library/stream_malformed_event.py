"""Something on the way breaks an event."""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.parameters import Tokens
from faults.phrases import is_event_stream, passed_head, until_token
from faults.steps import Event, Script
from providers.dialect import Dialect
from providers.sse import event_data

Kind = Literal["bad_json", "bad_utf8", "missing_prefix"]
_BEFORE_A_BODY: Final[dict[Kind, bytes]] = {"bad_json": b"{", "bad_utf8": b"\xff"}


class StreamMalformedEvent(Fault, frozen=True, kw_only=True):
    """The client gets one event broken, its tokens with it, and then the rest of the answer."""

    name: ClassVar[str] = "stream_malformed_event"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("MALFORMED_RESPONSE_CHUNK",)
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = (
        "one chunk of bad JSON: a gateway that reads no further and asks no fallback "
        "(BerriAI/litellm #40404), another that skips it in silence"
    )

    after_tokens: Annotated[Tokens, Meta(description="what the client gets before")] = 0
    kind: Annotated[
        Kind,
        Meta(
            description="bad_json: the second half of its data is missing; bad_utf8: its data "
            "begins with a byte that is no UTF-8; missing_prefix: `data: ` is missing, so that a "
            "reader of the format passes over it. A body that is no stream begins with half an "
            "object, or with such a byte, and passes without a prefix to miss"
        ),
    ] = "bad_json"

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes break the same in each
        """Break the next event that brings a token, or the beginning of a body."""
        head = yield from passed_head()
        if head is None:
            return
        if is_event_stream(head):
            held = yield from until_token(self.after_tokens)
            if held is not None:
                yield Event(data=_broken(held.data, self.kind))
        elif self.kind in _BEFORE_A_BODY:
            yield Event(data=_BEFORE_A_BODY[self.kind])


def _broken(event: bytes, kind: Kind) -> bytes:
    data = event_data(event) or b""
    end = b"\r\n\r\n" if event.endswith(b"\r\n\r\n") else b"\n\n"
    match kind:
        case "bad_json":
            return b"data: " + data[: len(data) // 2] + end
        case "bad_utf8":
            return b"data: \xff" + data + end
        case "missing_prefix":
            return data + end
