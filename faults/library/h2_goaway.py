"""The connection is going away."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import ANY_HTTP2, Fault, Protocol
from faults.library.h2_rst_stream import CODES, Code
from faults.parameters import Messages
from faults.positions import until_token
from faults.steps import GoAway, Reset, Script
from providers.dialect import Dialect


class H2Goaway(Fault, frozen=True, kw_only=True):
    """The client's connection takes no new streams any more; this one is refused, or goes on."""

    name: ClassVar[str] = "h2_goaway"
    aliases: ClassVar[tuple[str, ...]] = ("http2GoAway",)
    action: ClassVar[str] = "reset"
    protocols: ClassVar[frozenset[Protocol]] = ANY_HTTP2
    seen: ClassVar[str] = "deployments and connections that reached their age: load balancers drain"

    code: Annotated[Code, Meta(description="NO_ERROR is a graceful end")] = "NO_ERROR"
    refuses: Annotated[
        bool,
        Meta(description="this stream, too, was not looked at: it may be asked again elsewhere"),
    ] = False
    after_messages: Annotated[
        Messages | None,
        Meta(description="which the client gets before; none: before anything is asked"),
    ] = None

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - it concerns the connection
        """Say it; whoever is refused gets nothing more."""
        held = None
        if self.after_messages is not None:
            held = yield from until_token(self.after_messages)
            if held is None:
                return
        yield GoAway(code=CODES[self.code], refuses=self.refuses)
        if self.refuses:
            yield Reset(code=CODES["REFUSED_STREAM"])
        elif held is not None:
            yield held
