"""One stream of a client's and what becomes of it: held, asked, played, relayed, ended.

Half-closing is honest: a request's end and an answer's are independent of each other. An answer
that is over before its request resets the rest of that, as RFC 9113, 8.1 lets servers do.
"""

from typing import Final, Protocol

from faults.http2.call_reading import CallReading
from faults.http2.heads import Field, asks_grpc, for_upstream, request_of
from faults.http2.line import QUEUED_BYTES, Line, Said
from faults.http2.stream_player import StreamPlayer
from faults.lane import Lane
from faults.request import CONTENT_BYTES
from faults.rules import ArmedRule
from faults.steps import Reset
from providers.grpc import MessageSplitter
from providers.grpc_dialect import GrpcDialect
from telemetry.rows import HopEnded

NO_ERROR: Final = 0
REFUSED_STREAM: Final = 7
CANCEL: Final = 8
_GRPC: Final = GrpcDialect()


class Connections(Protocol):
    """The client's connection and the one to the provider behind it, as an exchange knows them."""

    lane: Lane
    number: int
    first: bool
    """Nothing has been asked on the connection yet."""

    @property
    def line(self) -> Line:
        """The client's connection."""

    def open_upstream(self, exchange: "Exchange", fields: list[Field], *, end: bool) -> None:
        """Ask the provider, as soon as there is a connection and room on it."""

    @property
    def upstream(self) -> Line | None:
        """The connection to the provider."""

    def go_away(self, stream: int, code: int, *, refuses: bool) -> None:
        """Let the client know that its connection takes no new streams."""

    def limit_streams(self, count: int, rule_id: str) -> None:
        """Let the client have only so many streams open, for as long as a rule is armed."""

    def exchange_over(self, exchange: "Exchange") -> None:
        """Hear that an exchange is over."""


class Exchange:
    """The client's end of a stream, its request, and its answer.

    `up`: the stream that it is asked on, 0 before. `row` is the one of its end.
    """

    def __init__(self, sides: Connections, stream: int, fields: list[Field], *, end: bool) -> None:
        self.lane = sides.lane
        self.stream = stream
        self.up = 0
        self._sides = sides
        self._fields = fields
        self._request = request_of(fields)
        self._grpc = asks_grpc(fields)
        self._first = sides.first
        self._over = self._asked = self._answered = self._window_held = False
        self._request_ended = end
        self._held: list[Said] = []
        self._held_bytes = 0
        self._unacknowledged = self._answer_unacknowledged = 0
        self._splitter = MessageSplitter() if self._grpc else None
        self._player: StreamPlayer | None = None
        request = self._request
        size = len(request.head)
        self._reading: CallReading | None = None
        self.row: HopEnded = self._begun(size)

    def _begun(self, size: int) -> HopEnded:
        """Record that it began, or leave it to whoever reads it; return the row of its end."""
        lane, number, request = self.lane, self._sides.number, self._request
        if not (self._grpc and lane.reads and lane.dialect.grpc):
            return lane.begin_hop(number, request.parent, request.attempt_key, size)
        row = lane.new_hop(size)
        self._reading = CallReading(lane, lane.hop_begun(number, row.hop))
        return row

    def begin(self) -> None:
        """Decide what becomes of it, now or when enough of its body has come."""
        if self._reading is not None and not self._request_ended:
            return
        request, lane = self._request, self.lane
        traits = request.traits(first=self._first)
        touchable = bool(lane.armed) and lane.may_touch(request, traits)
        by_head = request.keyed_by == "attempt" and not lane.needs_body(traits)
        if not touchable or by_head or self._request_ended:
            self._decide(b"" if touchable and not by_head else None)

    def _decide(self, body: bytes | None) -> None:
        if self._reading is not None:
            self._request = self._reading.asked(self._request, body or b"")
        request, lane = self._request, self.lane
        chosen: tuple[ArmedRule, ...] = ()
        traits = request.traits(first=self._first, body=lambda: body or b"")
        if lane.armed and lane.may_touch(request, traits):
            content = None if body is None else request.content(body)
            chosen = lane.choose(request.parent, request.attempt_key, content, traits)
        self.row.mode = "script" if chosen else "relay"
        dialect = _GRPC if self._grpc else lane.dialect
        self._player = StreamPlayer(self, chosen, request, dialect, grpc=self._grpc)
        self._player.advance()

    # The request.

    def on_head(self, fields: list[Field], *, end: bool) -> None:
        """Hear nothing: the request's head came first."""

    def on_interim(self, fields: list[Field]) -> None:
        """Hear nothing: requests have no such heads."""

    def on_data(self, data: bytes, size: int, *, end: bool) -> None:
        """Hear some of the request."""
        self.row.bytes_in += len(data)
        self._request_ended = self._request_ended or end
        self._unacknowledged += size
        self._pass_on(Said(data=data, end=end))
        if self._player is None:
            self._decide_if_read(data)
        elif self._reading is not None and self._splitter is not None:
            self._reading.heard(len(self._splitter.feed(data)))
        self.on_up_room()

    def on_trailers(self, fields: list[Field]) -> None:
        """Hear the fields behind the request, and its end."""
        self._request_ended = True
        self._pass_on(Said(fields=fields, end=True))
        if self._player is None:
            self._decide_if_read(b"")

    def on_reset(self, code: int) -> None:
        """Hear that the client gave up."""
        if self._player is not None:
            self._player.stop()
        self.end("client_gone", f"RST_STREAM {code}", up_code=code)

    def on_room(self) -> None:
        """Hear that the client took some of the answer."""
        if self._player is not None:
            self._player.advance()
        self._acknowledge_answer()

    def on_up_room(self) -> None:
        """Acknowledge the request as far as it went on, or may be held."""
        upstream = self._sides.upstream
        if self._window_held:
            return
        waiting = self._held_bytes
        if self._asked and upstream is not None and self.up:
            waiting = upstream.waiting_bytes(self.up)
        if waiting <= (QUEUED_BYTES if self._asked else CONTENT_BYTES):
            size, self._unacknowledged = self._unacknowledged, 0
            self._sides.line.acknowledge(self.stream, size)

    def _pass_on(self, said: Said) -> None:
        upstream = self._sides.upstream
        if self.up and upstream is not None:
            upstream.say(self.up, said)
            upstream.flush()
        else:
            self._held.append(said)
            self._held_bytes += len(said.data)

    def _decide_if_read(self, data: bytes) -> None:
        """Decide by content: a gRPC call by its first message, since a stream may never end."""
        messages = self._splitter.feed(data) if self._splitter is not None else []
        if messages or self._request_ended or self._held_bytes >= CONTENT_BYTES:
            self._decide(messages[0] if messages else b"".join(said.data for said in self._held))
        if self._reading is not None:
            self._reading.heard(len(messages))

    # What the player asks for.

    @property
    def writable(self) -> bool:
        """The client takes what is said on its stream."""
        line = self._sides.line
        return line.writable and line.waiting_bytes(self.stream) <= QUEUED_BYTES

    def ask(self) -> None:
        """Ask the provider, once."""
        if self._asked:
            return
        self._asked = True
        upstream = self.lane.upstream
        fields = for_upstream(
            self._fields,
            upstream.authority.strip(),
            b"https" if upstream.tls_h2 is not None else b"http",
            plain=self.row.mode == "script" and not self._grpc,
        )
        self._sides.open_upstream(self, fields, end=self._request_ended and not self._held)

    def opened(self, up: int) -> None:
        """Hear on which stream it is asked; what was held follows."""
        self.up = up
        self.row.asked_upstream = True
        held, self._held, self._held_bytes = self._held, [], 0
        for said in held:
            self._pass_on(said)
        self.on_up_room()

    def pause_answer(self) -> None:
        """Acknowledge nothing more of the answer."""

    def resume_answer(self) -> None:
        """Acknowledge what went on."""
        self._acknowledge_answer()

    def say(self, said: Said) -> None:
        """Say something to the client."""
        if self._reading is not None:
            self._reading.given(said)
        self._sides.line.say(self.stream, said)

    def go_away(self, code: int, *, refuses: bool) -> None:
        """Let the client know that its connection takes no new streams."""
        self._sides.go_away(self.stream, code, refuses=refuses)

    def limit_streams(self, count: int, rule_id: str) -> None:
        """Let the client have only so many streams open, for as long as a rule is armed."""
        self._sides.limit_streams(count, rule_id)

    def hold_window(self, *, held: bool) -> None:
        """Give the request's window back no more, or again."""
        self._window_held = held
        self.on_up_room()

    def script_ended(self, ending: str) -> None:
        """Hear that the last word is said: nothing further of the stream counts."""
        if ending == "complete" and not self._request_ended:
            self._sides.line.say(self.stream, Said(reset=NO_ERROR))
        self.end(ending)

    # The answer.

    def hear_head(self, fields: list[Field], *, end: bool) -> None:
        """Hear the answer's head."""
        if self._player is not None:
            steps = self._player.reader.head(fields)
            self._answered = end
            self._player.hear([*steps, *self._player.reader.end()] if end else steps)

    def hear_interim(self, fields: list[Field]) -> None:
        """Hear a 1xx, and pass it on unless an answer is under way."""
        if self.row.head_ns is None:
            self.say(Said(fields=fields))
            self._sides.line.flush()

    def hear_data(self, data: bytes, size: int, *, end: bool) -> None:
        """Hear some of the answer."""
        if self._player is None:
            return
        self._answer_unacknowledged += size
        reader = self._player.reader
        steps = reader.body(data)
        self._answered = end
        self._player.hear([*steps, *reader.end()] if end else steps)
        self._acknowledge_answer()

    def hear_trailers(self, fields: list[Field]) -> None:
        """Hear the fields behind the answer, and its end."""
        if self._player is not None:
            self._answered = True
            self._player.hear(self._player.reader.trailers(fields))

    def hear_reset(self, code: int) -> None:
        """Hear that the provider reset the stream."""
        self._answered = True
        if self._player is not None:
            self._player.hear(self._player.reader.reset(code))

    def refused(self) -> None:
        """Hear that the provider never looked at it."""
        self._answered = True
        if self._player is not None:
            self._player.hear([Reset(code=REFUSED_STREAM)])

    def _acknowledge_answer(self) -> None:
        upstream = self._sides.upstream
        clogged = self._sides.line.waiting_bytes(self.stream) > QUEUED_BYTES
        if upstream is None or self._player is None or self._player.paused or clogged:
            return
        size, self._answer_unacknowledged = self._answer_unacknowledged, 0
        upstream.acknowledge(self.up, size)
        upstream.flush()

    # The end, and what happens meanwhile.

    def end(self, ending: str, error: str = "", up_code: int = CANCEL) -> None:
        """End it, once: its row, and its stream upstream unless that is over."""
        if self._over:
            return
        self._over = True
        if self._player is not None:
            self._player.stop()
        if self._reading is not None:
            self._reading.ended(self.row, ending)
        self.lane.end_hop(self.row, ending, error)
        upstream = self._sides.upstream
        if self.up and upstream is not None:
            if self._answered and self._request_ended:
                upstream.ends.pop(self.up, None)
            else:
                upstream.reset(self.up, up_code)
        self._sides.exchange_over(self)

    def pass_on(self) -> None:
        """Let the honest answer through from here: no fault is left."""
        self.hold_window(held=False)
        if self._player is not None:
            self._player.pass_on()
        elif self._held:
            self._decide(None)

    def rules_changed(self, armed: frozenset[str]) -> None:
        """Hear which rules are armed from now on."""
        if self._player is not None:
            self._player.rules_changed(armed)
