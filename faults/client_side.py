"""The proxy's connection to a client: one exchange after the other, each in one of three modes.

The mode is chosen when the request's head is complete; no byte leaves before. *Relay*: what comes
goes, and ends as it ended. *Script*: a player says what the client gets. *Blind*: after a change
of protocol, or bytes that the parser refuses, both directions pass unread.
"""

import asyncio

from faults.circumstances import NEVER_IDLE
from faults.client_line import ClientLine
from faults.heads import MAX_HEAD_BYTES, attempt_key_in, parent_in, rewrite_request
from faults.lane import Lane
from faults.outlet import Outlet
from faults.player import Player
from faults.question import plain_body
from faults.request import CONTENT_BYTES, HELD_BYTES, Request
from faults.request_reader import RequestReader
from faults.rules import ArmedRule
from providers.http1 import CONTINUE
from telemetry.clock import NS_PER_S, now_ns
from telemetry.identity import Parent
from telemetry.rows import HopEnded


class ClientSide(ClientLine):
    """One client's connection, its exchanges, and the connection to the provider behind it."""

    __slots__ = (
        "_half_closed",
        "_idle_since_ns",
        "_last",
        "_number",
        "_player",
        "_requests",
        "_undecided",
        "_unread",
        "lane",
        "outlet",
        "reader",
        "row",
    )

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.lane = lane
        self.reader = RequestReader()
        self.row: HopEnded | None = None
        self.outlet = Outlet(self, lane)
        self._number = next(lane.connection_numbers)
        self._idle_since_ns = 0
        self._player: Player | None = None
        self._undecided: Request | None = None
        self._half_closed = self._last = self._unread = False
        self._requests = 0

    # What the loop tells us.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is here."""
        super().connection_made(transport)
        self.lane.guests.add(self)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: a request begins, or goes on."""
        reader = self.reader
        if reader.head_complete or self._unread or self.deaf:
            self._more(data)
            return
        whole = reader.take(data)
        if whole:
            self._requests += 1
            self._begin(whole)
        elif reader.error or len(reader.fragments) > MAX_HEAD_BYTES:
            self._begin_blind(reader.fragments)

    def eof_received(self) -> bool:
        """Serve asyncio: the client sent FIN; a relay passes it on and waits for the answer."""
        if self.deaf or self.row is None or self._player or self._undecided:
            return False
        if not self.transport.can_write_eof():  # TLS: who says close_notify is gone
            return False
        self._half_closed = self._last = self.outlet.half_close()
        return self._half_closed

    def connection_lost(self, exc: Exception | None) -> None:
        """Serve asyncio: the client is gone."""
        self.lane.guests.discard(self)
        self._stop_player()
        self._end("client_gone", "" if exc is None else f"{type(exc).__name__}: {exc}")
        self.outlet.let_go()
        self.reader.close()
        self.forget()

    def pause_writing(self) -> None:
        """Serve asyncio: the client reads slower than the provider answers."""
        super().pause_writing()
        if self._player is None:
            self.outlet.pause_answer()

    def resume_writing(self) -> None:
        """Serve asyncio: the client caught up."""
        super().resume_writing()
        if self._player is None:
            self.outlet.resume_answer()
        else:
            self._player.advance()

    # The request.

    def _begin(self, whole: bytes) -> None:
        lane, reader = self.lane, self.reader
        head, low = reader.head, reader.low
        parent = parent_in(low)
        key = None if parent is None else attempt_key_in(low)
        self.row = lane.begin_hop(self._number, parent, key, len(whole))
        body = whole[len(head) :]
        if not (lane.leaves_open(head, low) and self._is_taken(self._request(parent, key), body)):
            request = rewrite_request(head, low, lane.upstream.authority) + body
            self.outlet.ask(request, bodiless=head.startswith(b"HEAD "))
        if reader.odd:
            self._note_oddity()

    def _request(self, parent: Parent | None, attempt_key: int | None) -> Request:
        since_ns = self._idle_since_ns
        idle_s = (now_ns() - since_ns) / NS_PER_S if since_ns else NEVER_IDLE
        return Request(self.reader.head, self.reader.low, parent, attempt_key, idle_s)

    def _more(self, data: bytes) -> None:
        reader, row = self.reader, self.row
        if self.deaf:
            return
        if reader.complete and not self._unread:
            self._count_surplus(len(data))
            return
        taken = data if self._unread else reader.take(data)
        if row is not None:
            row.bytes_in += len(taken)
        self.outlet.forward(taken)
        if self._undecided is not None:
            self._decide_if_read(self._undecided)
        if row is None and reader.surplus and not (self._unread or reader.error):
            self._begin_behind(data[len(taken) :])
        elif reader.odd and not self._unread:
            self._note_oddity()
        elif row is None and reader.complete:
            reader.next()

    def _begin_behind(self, rest: bytes) -> None:
        """Take what came behind a request whose answer was over before its end: the next one."""
        self.reader.close()
        self.reader = RequestReader()
        self.data_received(rest)

    def _begin_blind(self, data: bytes) -> None:
        self.row = self.lane.begin_hop(self._number, None, None, len(data))
        self.outlet.ask(data, bodiless=False)
        self._become_blind(self.reader.error or "head too long")

    def _note_oddity(self) -> None:
        """Deal with what came beside a request: surplus, garbage, or a wish for more than HTTP."""
        reader = self.reader
        self._last = True
        if reader.surplus:
            return
        if reader.error:
            self._become_blind(reader.error)
        elif reader.head.startswith(b"CONNECT "):
            self._become_blind("")
        self._unread = True

    def _become_blind(self, error: str) -> None:
        self._unread = self._last = True
        self.outlet.read_no_more()
        if self.row is not None and self._player is None:
            self.row.mode = "blind"
            self.row.error = error or None

    def _count_surplus(self, size: int) -> None:
        self._last = True
        if not self.reader.bears_surplus(size):
            self._end("reset", "the client sent too much behind an unanswered request")
            self.reset()

    # Faults.

    def _is_taken(self, request: Request, body: bytes) -> bool:
        """Tell whether a script takes the exchange over, or may do so once its body is read."""
        traits = request.traits(first=self._requests == 1)
        if not self.lane.may_touch(request, traits):
            return False
        if self.reader.unread and (self.lane.reads or request.head.startswith(b"CONNECT ")):
            return False
        if request.keyed_by == "attempt" and not self.lane.needs_body(traits):
            chosen = self.lane.choose(request.parent, request.attempt_key, None, traits)
            if chosen:
                self.outlet.hold(body, HELD_BYTES)
                self._play(chosen, request)
            return bool(chosen)
        self.outlet.hold(body, HELD_BYTES)
        if not self.reader.complete and request.expects_continue:
            request = request.continued()
            self.transport.write(CONTINUE)
        self._undecided = request
        self._decide_if_read(request)
        return True

    def _decide_if_read(self, request: Request) -> None:
        """Decide by content, once as much of it as counts has come."""
        held = self.outlet.held()
        if not self.reader.complete and len(held) < CONTENT_BYTES:
            return
        self._undecided = None
        content = request.content(held)
        first = self._requests == 1
        traits = request.traits(first=first, body=lambda: plain_body(request, held))
        chosen = self.lane.choose(request.parent, request.attempt_key, content, traits)
        if chosen:
            whole = held if self.reader.complete else None
            self._play(chosen, request._replace(whole_body=whole))
        else:
            head = request.head_for(self.lane.upstream.authority)
            self.outlet.ask(head, bodiless=request.to_head)

    def _play(self, chosen: tuple[ArmedRule, ...], request: Request) -> None:
        if self.row is not None:
            self.row.mode = "script"
            self._player = Player(self, self.row, chosen, request)
            self._player.advance()

    def script_ended(self, ending: str, *, keep: bool) -> None:
        """Hear from the player that it has said the last word; `keep`: the connection may live."""
        self._player = None
        self.outlet.end_reading()
        self._end(ending)
        self._last = self._last or not keep
        if ending == "complete":
            if not self.reader.complete:
                self.outlet.drop()
            self._go_on()
        elif ending == "fin":
            self._close()
        else:
            self.reset()

    def pass_on(self) -> None:
        """Let the honest answer through from here: no fault is left."""
        if self._player is not None:
            self._player.pass_on()

    def rules_changed(self, armed: frozenset[str]) -> None:
        """Hear which rules are armed from now on."""
        if self._player is not None:
            self._player.rules_changed(armed)

    # The answer, and other ends.

    def answer_complete(self) -> None:
        """Hear that the whole answer has passed."""
        self._end("complete")
        if self.reader.complete and not self._last:
            self.reader.next()
        else:
            self._go_on()

    def answer_refused(self, error: str) -> None:
        """Hear that the parser refuses the answer."""
        self._become_blind(error)

    def upgraded(self) -> None:
        """Hear that the answer changed the protocol."""
        self._become_blind("")

    def upstream_closed(self, *, complete: bool) -> None:
        """Hear a FIN from the provider, and say it."""
        self._end("complete" if complete else "client_gone" if self._half_closed else "fin")
        self._close()

    def upstream_broke(self, error: str) -> None:
        """Hear a RST from the provider, and say it."""
        self._end("client_gone" if self._half_closed else "reset", error)
        self.reset()

    def upstream_unreachable(self, error: str) -> None:
        """Hear that the provider cannot be asked."""
        if self._player is not None:
            self._player.unreachable(error)
            return
        self._end("upstream_unreachable", error)
        self.reset()

    @property
    def idle(self) -> bool:
        """No exchange is under way."""
        return self.row is None and not self.reader.head_complete

    @property
    def fin_means_gone(self) -> bool:
        """A FIN counts as leaving: a script has no use for half a connection."""
        return self._player is not None

    def leave(self) -> None:
        """Close once nothing is under way, at once if nothing is."""
        self._last = True
        if self.idle:
            self._close()

    def expel(self, ending: str) -> None:
        """Reset now, whatever is under way."""
        self._stop_player()  # or it would go on writing into a row that is on record
        self._end(ending)
        self.abort()

    def _stop_player(self) -> None:
        if self._player is not None:
            self._player.stop()
            self._player = None

    def _end(self, ending: str, error: str = "") -> None:
        row = self.row
        if row is None:
            return
        self.row = None
        self.lane.end_hop(row, ending, error)
        self._idle_since_ns = row.end_ns

    def _go_on(self) -> None:
        if self._last:
            self._close()
        elif self.reader.complete:
            self.reader.next()

    def _close(self) -> None:
        sending = self._unread or not (self.reader.complete or self.idle) or self.reader.surplus
        self.close(still_sending=sending)
