"""The way back loses packets, as far as somebody who is no network can tell of it."""

from random import Random
from typing import Annotated, ClassVar, Final

from msgspec import Meta

from faults.circumstances import Circumstances, usual
from faults.fault import Fault
from faults.steps import NEXT, Event, Head, Script, Step, Wait
from providers.dialect import Dialect

SEGMENT_BYTES: Final = 1448
"""What a TCP segment carries over Ethernet: 1500 without the headers and time stamps."""

RTO_TICKS: Final = 205
_TICKS_PER_S: Final = 1024
"""Waits are whole ticks, which add up exactly: Linux's least timeout of 200 ms is 205 of them."""

MOST_LOSSES: Final = 8
"""In a row; the silence is then 51 s."""


class PacketLoss(Fault, frozen=True, kw_only=True):
    """The client's answer stalls now and then for 0.2 s, 0.6 s, 1.4 s, as if TCP sent it again."""

    name: ClassVar[str] = "packet_loss"
    action: ClassVar[str] = "delayed"
    needs_events: ClassVar[bool] = False
    counts_pieces: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "lossy links between regions. Emulated: nothing is lost, the answer waits as it would for "
        "retransmission timeouts, at least 200 ms in Linux, doubled each time (RFC 6298, 5.5). "
        "A stream of tokens has one segment under way at a time, so that such a timeout repairs "
        "what bulk repairs sooner; requests, handshakes and throughput do not suffer here"
    )

    rate: Annotated[
        float, Meta(ge=0, le=1, description="of the segments, each with an event of its own")
    ]
    burst: Annotated[
        float, Meta(ge=1, le=8, description="how many times a segment is lost in a row, on average")
    ] = 1.0

    def script(self, dialect: Dialect) -> Script:
        """Stall by the dice of nobody in particular."""
        return self.script_in(usual(), dialect)

    def script_in(self, circumstances: Circumstances, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes are bytes
        """Wait before a step for those of its segments that are lost; all behind it waits too."""
        while True:
            step = yield NEXT
            lost = (self._losses(circumstances.dice) for _ in range(_segments(step)))
            yield Wait(seconds=sum(map(stall_ticks, lost)) / _TICKS_PER_S)
            yield step

    def _losses(self, dice: Random) -> int:
        """Draw how many times in a row a segment is lost."""
        if dice.random() >= self.rate:
            return 0
        losses = 1
        while losses < MOST_LOSSES and dice.random() >= 1 / self.burst:
            losses += 1
        return losses


def stall_ticks(losses: int) -> int:
    """Return the silence of so many timeouts, each twice the one before."""
    return RTO_TICKS * ((1 << losses) - 1)


def _segments(step: Step) -> int:
    if isinstance(step, Event):
        return -(-len(step.data) // SEGMENT_BYTES)
    return int(isinstance(step, Head))
