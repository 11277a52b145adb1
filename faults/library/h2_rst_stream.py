"""The stream is reset."""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from faults.fault import ANY_HTTP2, Fault, Protocol
from faults.parameters import Messages
from faults.positions import until_token
from faults.steps import Reset, Script
from providers.dialect import Dialect

CODES: Final = {
    "NO_ERROR": 0,
    "PROTOCOL_ERROR": 1,
    "INTERNAL_ERROR": 2,
    "REFUSED_STREAM": 7,
    "CANCEL": 8,
    "ENHANCE_YOUR_CALM": 11,
}
"""Error codes of HTTP/2 (RFC 9113, 7), those that servers and proxies send."""

Code = Literal[
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "REFUSED_STREAM", "CANCEL", "ENHANCE_YOUR_CALM"
]


class H2RstStream(Fault, frozen=True, kw_only=True):
    """The client's stream is reset with an error code; the connection's other streams live on."""

    name: ClassVar[str] = "h2_rst_stream"
    action: ClassVar[str] = "reset"
    protocols: ClassVar[frozenset[Protocol]] = ANY_HTTP2
    seen: ClassVar[str] = "servers and proxies that shed streams: REFUSED_STREAM, ENHANCE_YOUR_CALM"

    code: Annotated[Code, Meta(description="the error code; REFUSED_STREAM may be asked again")] = (
        "INTERNAL_ERROR"
    )
    after_messages: Annotated[
        Messages | None,
        Meta(description="which the client gets before; none: the provider is not asked"),
    ] = None

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a reset is the same in each
        """Reset instead of an answer, or in the midst of one."""
        if self.after_messages is not None:
            held = yield from until_token(self.after_messages)
            if held is None:
                return
        yield Reset(code=CODES[self.code])
