"""The connection carries fewer requests at once."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import ANY_HTTP2, Fault, Protocol
from faults.steps import MaxStreams, Script
from providers.dialect import Dialect


class H2SettingsMaxStreams(Fault, frozen=True, kw_only=True):
    """The client's connection may have only so many streams open; further calls wait in it."""

    name: ClassVar[str] = "h2_settings_max_streams"
    action: ClassVar[str] = "delayed"
    needs_events: ClassVar[bool] = False
    protocols: ClassVar[frozenset[Protocol]] = ANY_HTTP2
    seen: ClassVar[str] = (
        "servers and load balancers that allow about 100 streams a connection: a client with one "
        "channel queues behind that in silence. It holds from the touched exchange on, for its "
        "connection, until the fault ends"
    )

    streams: Annotated[
        int,
        Meta(
            ge=0,
            le=256,
            description="SETTINGS_MAX_CONCURRENT_STREAMS; 0 lets no new one begin",
            extra={"unit": "at once"},
        ),
    ] = 1

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - it concerns the connection
        """Say it; the exchange itself goes on."""
        yield MaxStreams(count=self.streams)
