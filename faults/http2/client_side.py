"""A client's connection that speaks HTTP/2, and the one to the provider that mirrors it.

Each client connection has at most one upstream connection, for all its streams, made for the first
that asks. So it ends as that ends: GOAWAY as GOAWAY, FIN as FIN, RST as RST.
"""

import asyncio
from collections import deque
from typing import Final

from h2.exceptions import H2Error
from h2.settings import SettingCodes

from faults import tcp
from faults.client_line import LINGER_S
from faults.http2.exchange import Exchange
from faults.http2.goaway import GoneAway, goaway_frame
from faults.http2.heads import Field
from faults.http2.line import STREAMS, Line
from faults.http2.upstream_side import Upstream
from faults.lane import Lane

REFUSED_STREAM: Final = 7


class Http2Side(Line):
    """One client's connection: its exchanges, and what is behind it."""

    def __init__(self, lane: Lane) -> None:
        super().__init__(client_side=False)
        self.lane = lane
        self.number = next(lane.connection_numbers)
        self._exchanges: dict[int, Exchange] = {}
        self._upstream: Upstream | None = None
        self._dialing: asyncio.Task[asyncio.Transport] | None = None
        self._waiting: deque[tuple[Exchange, list[Field], bool]] = deque()
        self._newest = 0
        self.first = True
        self._last: int | None = None
        self._limited_by = ""

    # What the loop and the client tell us.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is here."""
        super().connection_made(transport)
        self.lane.guests.add(self)
        if self.lane.limiter is not None:
            # Nobody reads these streams as the limits need: they would pass uncounted.
            self._refuse()

    def on_begun(self, stream: int, fields: list[Field], *, end: bool) -> None:
        """Hear of a new exchange."""
        if self._last is not None and stream > self._last:
            self.reset(stream, REFUSED_STREAM)
            return
        self._newest = stream
        exchange = Exchange(self, stream, fields, end=end)
        self.first = False
        self._exchanges[stream] = exchange
        self.ends[stream] = exchange
        exchange.begin()

    def on_goaway(self, gone: GoneAway) -> None:
        """Hear that the client opens no more streams; it closes when its last is over."""

    def on_lost(self, error: str) -> None:
        """Hear that the client is gone."""
        self.lane.guests.discard(self)
        self._end_all("client_gone", error)
        if self._dialing is not None:
            self._dialing.cancel()
        if self._upstream is not None:
            self._upstream.hang_up()
        self._close_behind_all()

    # What exchanges ask for.

    @property
    def line(self) -> Line:
        """The client's connection."""
        return self

    @property
    def upstream(self) -> Line | None:
        """The connection to the provider, once it stands."""
        return self._upstream

    def open_upstream(self, exchange: Exchange, fields: list[Field], *, end: bool) -> None:
        """Ask the provider, as soon as there is a connection and room on it."""
        self._waiting.append((exchange, fields, end))
        if self._upstream is not None:
            self.open_waiting()
        elif self._dialing is None:
            self._dialing = self.lane.connect_http2(Upstream(self))
            self._dialing.add_done_callback(self._dialed)

    def open_waiting(self) -> None:
        """Ask for as many as the provider lets be open at once."""
        upstream = self._upstream
        while self._waiting and upstream is not None and upstream.has_room:
            exchange, fields, end = self._waiting.popleft()
            if exchange.stream not in self._exchanges:
                continue
            try:
                up = upstream.open(exchange, fields, end=end)
            except H2Error as error:
                self.upstream_unreachable(f"{type(error).__name__}: {error}")
                return
            exchange.opened(up)
            upstream.flush()

    def go_away(self, stream: int, code: int, *, refuses: bool) -> None:
        """Let the client know that its connection takes no new streams."""
        self._say_goaway(stream - 2 if refuses else max(stream, self._newest), code)

    def limit_streams(self, count: int, rule_id: str) -> None:
        """Let the client have only so many streams open, for as long as a rule is armed."""
        self._limited_by = rule_id
        self.h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: count})
        self.flush()

    def exchange_over(self, exchange: Exchange) -> None:
        """Forget an exchange; the connection may be over with the last."""
        self._exchanges.pop(exchange.stream, None)
        self.ends.pop(exchange.stream, None)
        self.open_waiting()
        self.flush()
        if self._last is not None and not self._exchanges and not self.over:
            asyncio.get_running_loop().call_soon(self._close)

    # What the provider's connection tells us.

    def upstream_going(self, gone: GoneAway) -> None:
        """Hear that the provider takes no more streams, and say so."""
        self._say_goaway(self._newest, gone.code)

    def upstream_lost(self, error: str) -> None:
        """Hear that the connection to the provider is over, and end as it did."""
        self._upstream = None
        if self.over:
            return
        broken = bool(error)
        for exchange in list(self._exchanges.values()):
            exchange.end("reset" if broken else "fin", error)
        if broken:
            self.expel("reset")
        else:
            self._close()

    def upstream_unreachable(self, error: str) -> None:
        """Hear that the provider cannot be asked: the client cannot either."""
        self._end_all("upstream_unreachable", error)
        self.expel("reset")

    def _dialed(self, dialing: "asyncio.Task[asyncio.Transport]") -> None:
        self._dialing = None
        if dialing.cancelled() or self.over:
            return
        if (error := dialing.exception()) is not None:
            self.upstream_unreachable(f"{type(error).__name__}: {error}")

    def upstream_stands(self, upstream: "Upstream") -> None:
        """Hear that the provider can be asked."""
        self._upstream = upstream
        self.open_waiting()

    # As a guest.

    @property
    def idle(self) -> bool:
        """No exchange is under way."""
        return not self._exchanges

    def leave(self) -> None:
        """Close once nothing is under way, at once if nothing is."""
        self._say_goaway(self._newest, 0)
        self.flush()
        if self.idle:
            self._close()

    def expel(self, ending: str) -> None:
        """Reset now, whatever is under way."""
        self._end_all(ending, "")
        if not self.over:
            tcp.reset(self.transport)
            self.lose("")

    def pass_on(self) -> None:
        """Let the honest answers through from here: no fault is left."""
        self._lift_limit()
        for exchange in list(self._exchanges.values()):
            exchange.pass_on()
        self.flush()

    def rules_changed(self, armed: frozenset[str]) -> None:
        """Hear which rules are armed from now on."""
        if self._limited_by not in armed:
            self._lift_limit()
        for exchange in list(self._exchanges.values()):
            exchange.rules_changed(armed)
        self.flush()

    def _lift_limit(self) -> None:
        if self._limited_by:
            self.limit_streams(STREAMS, "")

    def _refuse(self) -> None:
        row = self.lane.begin_hop(self.number, None, None, 0)
        self.lane.end_hop(row, "reset", "HTTP/2, which limits cannot count")
        self.expel("reset")

    def _say_goaway(self, last: int, code: int) -> None:
        if self._last is None or last < self._last:
            self._last = last
            self.flush()
            self.write(goaway_frame(max(0, last), code))

    def _end_all(self, ending: str, error: str) -> None:
        for exchange in list(self._exchanges.values()):
            exchange.end(ending, error)

    def _close(self) -> None:
        if not self.over:
            self.flush()
            self.lose("")

    def _close_behind_all(self) -> None:
        """Close with a FIN behind what was said; a RST, for what comes meanwhile, could destroy it.

        TLS has no half-closed state: there the client's end has to do.
        """
        if self.transport.is_closing() or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, self.transport.close)
