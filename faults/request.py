"""A request that faults may touch: what decisions and scripts need to know of it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from faults.circumstances import NEVER_IDLE
from faults.heads import expects_continue, replace_field, rewrite_request, start_line, without_field
from faults.traits import Traits
from telemetry.identity import Parent

CONTENT_BYTES: Final = 1_048_576
"""How much of a body is read at the most before an exchange is decided by its content."""

HELD_BYTES: Final = 4_194_304
"""How much of a body is kept while a fault holds its request back.

A client that leaves is seen as long as its bytes are read; beyond this, only its RST is.
"""


class Request(NamedTuple):
    """One request's head, with what its trace headers say; `low` is the head in lower case.

    `idle_s`: how long its connection had lain idle, as `Circumstances` has it. `whole_body`: its
    body as it came, framing and all, where all of it was read before it was decided.
    """

    head: bytes
    low: bytes
    parent: Parent | None
    attempt_key: int | None
    idle_s: float = NEVER_IDLE
    whole_body: bytes | None = None

    @property
    def keyed_by(self) -> str:
        """What a decision about it is keyed by: `attempt` or `content`."""
        return "content" if self.parent is None or self.attempt_key is None else "attempt"

    @property
    def expects_continue(self) -> bool:
        """The client waits for a 100 before it sends the body."""
        return expects_continue(self.low)

    @property
    def to_head(self) -> bool:
        """The answer will have no body, whatever its head says."""
        return self.head.startswith(b"HEAD ")

    def content(self, body: bytes) -> bytes:
        """Return what a decision by content goes by: the request line and the body's start."""
        return b"%b\n%b" % (start_line(self.head), body[:CONTENT_BYTES])

    def traits(self, *, first: bool = False, body: Callable[[], bytes] = bytes) -> Traits:
        """Return what rules may ask; `first` of its connection, `body` reads its beginning."""
        return Traits(self.low, head=self.head, first=first, body=body)

    def continued(self) -> "Request":
        """Return the request as it goes on once its client was told to send the body."""
        head = without_field(self.head, b"expect")
        return self._replace(head=head, low=head.lower())

    def head_for(self, authority: bytes) -> bytes:
        """Return the head as the upstream is to get it."""
        return rewrite_request(self.head, self.low, authority)

    def plain_head_for(self, authority: bytes) -> bytes:
        """Return the same head asking for an answer that can be read: not compressed."""
        return replace_field(self.head_for(authority), b"Accept-Encoding", b"identity")
