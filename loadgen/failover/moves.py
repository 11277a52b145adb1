"""What the failover policy asks of whoever holds the sockets and the clock."""

import msgspec

from telemetry.outcome import Outcome


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Begin attempt number `attempt`; `key` counts the tries at this endpoint from 0."""

    attempt: int
    endpoint: str
    key: int


class Cancel(msgspec.Struct, frozen=True, kw_only=True):
    """Abandon the attempt: it took too long (`outcome` says where), or nobody waits any more."""

    attempt: int
    outcome: Outcome


class Deliver(msgspec.Struct, frozen=True, kw_only=True):
    """The exchange is over: the user has an answer that the client takes for a whole one.

    `outcome` is `ok`, or what only a measuring client can see (`incomplete`).
    """

    attempt: int
    outcome: Outcome


class Fail(msgspec.Struct, frozen=True, kw_only=True):
    """The exchange is over without a whole answer."""

    outcome: Outcome


class WakeAt(msgspec.Struct, frozen=True, kw_only=True):
    """Call `timer` at this time, in seconds; a later wake than one still to come is never asked.

    One timer is enough: an earlier wake replaces a later one.
    """

    at_s: float


Move = Start | Cancel | Deliver | Fail | WakeAt
Moves = tuple[Move, ...]
