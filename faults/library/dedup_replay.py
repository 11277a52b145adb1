"""Something on the way delivers a request more often than once."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault, Protocol
from faults.steps import NEXT, Head, Resend, Script
from providers.dialect import Dialect


class DedupReplay(Fault, frozen=True, kw_only=True):
    """The client gets its answer and nothing else, while the provider gets its request again."""

    name: ClassVar[str] = "dedup_replay"
    aliases: ClassVar[tuple[str, ...]] = ("duplicate",)
    action: ClassVar[str] = "replayed"
    needs_events: ClassVar[bool] = False
    resends: ClassVar[bool] = True
    protocols: ClassVar[frozenset[Protocol]] = frozenset({"HTTP/1.1"})
    seen: ClassVar[str] = (
        "one message, two requests, two bills (danny-avila/LibreChat #14339, "
        "anthropics/claude-code #87763); gateways that send a POST to the next server when the "
        "first has failed it (apache/apisix #11359). They are sent when the first answer's head "
        "has come, at once, each on a connection of its own, with its head, trace and body (of at "
        "most 1 MiB); they are no attempts and have no hops: an event `replayed` says of each what "
        "became of it. `limits:` count them, by the most that they may cost. They are ended with "
        "the fault's removal, but not by the client's leaving"
    )

    replays: Annotated[
        int, Meta(ge=1, le=5, description="how often it comes again", extra={"unit": "times"})
    ] = 1

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a request is sent alike in each
        """Let the first answer begin, and send the request again."""
        head = yield NEXT
        yield head
        if isinstance(head, Head):
            yield Resend(times=self.replays)
