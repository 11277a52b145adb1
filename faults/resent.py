"""A request that the proxy sends once more than its client did; nobody gets what it brings.

On a connection of its own, in the words of the first. It is over with its answer; at the latest
when faults are taken away, or the proxy goes. Its client's leaving does not end it: what delivers
a request twice on its way knows nothing of that. It is no attempt of anybody's, so it has no hop:
an event, `replayed`, says what became of it.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, cast

from faults import tcp
from faults.honest import HonestReader
from faults.lane import Lane
from faults.limits import Admission
from faults.question import read_whole
from faults.request import Request
from faults.steps import Close, End, Head, Reset, Step
from telemetry.clock import now_ns
from telemetry.rows import Event as Happened

_Facts = dict[str, str | int | float | bool | None]


class Original(NamedTuple):
    """Which fault sends it again, and the hop that it came by."""

    rule_id: str
    hop: int


class Resent(asyncio.Protocol):
    """One such request on its way; a guest of the lane, so that it ends when the lane does."""

    def __init__(
        self, lane: Lane, request: bytes, over: Callable[["Resent"], None], *, bodiless: bool
    ) -> None:
        """Send it; `over` is told once, when `ending` says how it ended."""
        self.status = 0
        self.ending = ""
        self.bytes_in = 0
        self.sent = False
        self._lane = lane
        self._request = request
        self._tell = over
        self._transport: asyncio.Transport | None = None
        self._reader = HonestReader(lane.dialect, self._hear, _unheard, bodiless=bodiless)
        lane.guests.add(self)
        self._dialing = lane.connect(self)
        self._dialing.add_done_callback(self._dialed)

    @property
    def tokens(self) -> int | None:
        """Content tokens of its answer, None where it has none to count."""
        return self._reader.tokens

    # What the loop tells us.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: connected."""
        self._transport = cast("asyncio.Transport", transport)
        self.sent = True
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: some of an answer that is nobody's."""
        self.bytes_in += len(data)
        self._reader.feed(data)

    def eof_received(self) -> None:
        """Serve asyncio: a FIN; the transport closes itself."""
        self._reader.feed_eof(broken=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """Serve asyncio: the connection is gone."""
        self._reader.feed_eof(broken=exc is not None)

    def _dialed(self, dialing: "asyncio.Task[asyncio.Transport]") -> None:
        if not dialing.cancelled() and dialing.exception() is not None:
            self._end("upstream_unreachable")

    def _hear(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Head():
                    self.status = step.status
                case End():
                    self._end("complete")
                case Close():
                    self._end("fin")
                case Reset():
                    self._end("reset")

    # What the lane tells us, as one of its guests.

    def leave(self) -> None:
        """Go on: it is over with its answer."""

    def expel(self, ending: str) -> None:
        """Reset now."""
        self._end(ending)

    @property
    def idle(self) -> bool:
        """It never is."""
        return False

    def pass_on(self) -> None:
        """End: no fault is left that would want it."""
        self._end("disarmed")

    def rules_changed(self, armed: frozenset[str]) -> None:
        """Go on: it is under way already."""

    def _end(self, ending: str) -> None:
        if self.ending:
            return
        self.ending = ending
        self._lane.guests.discard(self)
        self._dialing.cancel()
        if self._transport is not None and ending == "complete":
            self._transport.close()
        elif self._transport is not None:
            tcp.reset(self._transport)
        self._tell(self)


def resend(lane: Lane, request: Request, times: int, *, of: Original) -> None:
    """Send a request that was read whole so many times more, as far as limits allow."""
    body = request.whole_body or b""
    again = request.plain_head_for(lane.upstream.authority) + body
    for number in range(1, times + 1):
        facts = _facts(lane, request, of, number)
        admission = _admission(lane, request, body)
        if admission is not None and admission.refused_by:
            _record(lane, of, {**facts, "ending": "refused", "refused_by": admission.refused_by})
            lane.limit_reached()
            return
        Resent(lane, again, _over(lane, of, facts, admission), bodiless=request.to_head)


def _over(
    lane: Lane, of: Original, facts: _Facts, admission: Admission | None
) -> Callable[[Resent], None]:
    def over(one: Resent) -> None:
        if lane.limiter is not None and admission is not None:
            # What it cost was not read: all that it may have cost counts as spent.
            lane.limiter.settle(admission, lane.endpoint, None, asked=one.sent)
        told: _Facts = {"ending": one.ending, "status": one.status, "bytes_in": one.bytes_in}
        _record(lane, of, {**facts, **told, "tokens": one.tokens})

    return over


def _admission(lane: Lane, request: Request, body: bytes) -> Admission | None:
    if lane.limiter is None:
        return None
    read = read_whole(request, body, lane.dialect)
    if not read.costs:
        return None
    tokens = read.prompt_tokens, read.output_tokens
    return lane.limiter.admit(lane.endpoint, *tokens, now_ns())


def _facts(lane: Lane, request: Request, of: Original, number: int) -> _Facts:
    trace_id = "" if request.parent is None else request.parent.trace_id
    return {"endpoint": lane.endpoint, "hop": of.hop, "number": number, "trace_id": trace_id}


def _record(lane: Lane, of: Original, facts: _Facts) -> None:
    lane.recorder.record_now(
        Happened(name="replayed", at_ns=now_ns(), subject=of.rule_id, facts=facts)
    )


def _unheard(_head: bytes) -> None:
    """Hear of a 1xx, which says nothing."""
