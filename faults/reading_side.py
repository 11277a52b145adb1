"""The proxy's connection to a client whose questions and answers are read, not only relayed.

Where a gateway or a client of somebody's own is under test, or limits are set. A request is held
until it is whole: then it is known whose it is, what it may cost, and what it asks. What is written
to the client is read on its way, as a client reads it.
"""

import asyncio
from typing import Any, cast

import msgspec

from faults.client_side import ClientSide
from faults.heads import attempt_key_in, parent_in
from faults.lane import Lane
from faults.limits import Admission
from faults.question import Read, own_parent, read_whole
from faults.request import HELD_BYTES, Request
from faults.rules import ArmedRule
from faults.seen import ends_it, is_reset, note_seen
from providers.answer import Answer
from providers.http1 import CONTINUE, answer_head
from telemetry.clock import now_ns
from telemetry.rows import HopBegun, HopEnded

REFUSED_FIELD = "x-crosswind-refused"
"""Marks an answer that a limit of ours gave instead of the provider."""


class Tap:
    """A transport whose writes are read first."""

    def __init__(self, transport: asyncio.Transport, side: "ReadingSide") -> None:
        self._transport = transport
        self._side = side

    def write(self, data: bytes) -> None:
        """Read, then write."""
        self._side.answered_with(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - it is the transport's
        return getattr(self._transport, name)


class ReadingSide(ClientSide):
    """A client's connection whose exchanges are read from end to end."""

    __slots__ = ("_admission", "_answer", "_begun", "_read")

    def __init__(self, lane: Lane) -> None:
        super().__init__(lane)
        self._begun: HopBegun | None = None
        self._read: Read | None = None
        self._answer: Answer | None = None
        self._admission: Admission | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is here."""
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", Tap(self.transport, self))

    def answered_with(self, data: bytes) -> None:
        """Read what the client is given."""
        if self._answer is not None:
            self._answer.feed(data, now_ns())

    def _take_request(self, request: Request, body: bytes) -> None:
        """Hold a request until it is whole."""
        self._begun = self.lane.hop_begun(self._number, self._row().hop)
        self.outlet.hold(body, HELD_BYTES)
        if not self.reader.complete and request.expects_continue:
            request = request.continued()
            self.transport.write(CONTINUE)
        self._undecided = request
        self._decide_if_read(request)

    def _begin(self, whole: bytes) -> None:
        if self.reader.unread or self.reader.head.startswith(b"CONNECT "):
            if self.lane.limiter is None:
                super()._begin(whole)
            else:
                self._refuse_blind(whole)
            return
        lane, reader = self.lane, self.reader
        self.row = lane.new_hop(len(whole))
        parent = parent_in(reader.low)
        key = None if parent is None else attempt_key_in(reader.low)
        self._take_request(self._request(parent, key), whole[len(reader.head) :])
        if reader.odd:
            self._note_oddity()

    def _begin_blind(self, data: bytes) -> None:
        if self.lane.limiter is None:
            super()._begin_blind(data)
        else:
            self._refuse_blind(data)

    def _refuse_blind(self, data: bytes) -> None:
        """Cut off what nobody can read where limits are set: it would pass them uncounted."""
        self.row = self.lane.begin_hop(self._number, None, None, len(data))
        self._end("reset", "no HTTP request that limits can count")
        self.reset()

    def _decide_if_read(self, request: Request) -> None:
        held = self.outlet.held()
        if not self.reader.complete and len(held) < HELD_BYTES:
            return
        self._undecided = None
        read = self._read = read_whole(request, held, self.lane.dialect)
        request = self._identified(request, read)
        if read.question:
            self._answer = Answer(
                self.lane.dialect, stream=read.stream, numbered=self.lane.numbered
            )
        if refused_by := self._refused_by(read):
            self._refuse(refused_by)
        else:
            self._go(request, held, read.body)

    def _identified(self, request: Request, read: Read) -> Request:
        """Find out whose request this is, and record that it began."""
        parent, joined_by = own_parent(request, read.body, self.lane.run_tag)
        if joined_by != "traceparent":
            request = request._replace(attempt_key=None)
        request = request._replace(parent=parent)
        if self._begun is not None:
            self._begun = msgspec.structs.replace(
                self._begun,
                trace_id=parent.trace_id if parent else "",
                parent_span_id=parent.span_id if parent else "",
                attempt_key=request.attempt_key,
                joined_by=joined_by,
                body_hash=read.body_hash if read.question else "",
                retry_count=read.retry_count,
                stream=read.stream if read.question else None,
            )
        self._record_begun()
        return request

    def _go(self, request: Request, held: bytes, body: bytes) -> None:
        lane = self.lane
        chosen: tuple[ArmedRule, ...] = ()
        traits = request.traits(first=self._requests == 1, body=lambda: body)
        if lane.armed and lane.may_touch(request, traits):
            content = request.content(held)
            chosen = lane.choose(request.parent, request.attempt_key, content, traits)
        if chosen:
            whole = held if self.reader.complete else None
            self._play(chosen, request._replace(whole_body=whole))
            return
        head = request.plain_head_for(lane.upstream.authority)
        self.outlet.ask(head, bodiless=request.to_head)

    # Limits.

    def _refused_by(self, read: Read) -> str:
        limiter = self.lane.limiter
        if limiter is None or not read.costs:
            return ""
        self._admission = limiter.admit(
            self.lane.endpoint, read.prompt_tokens, read.output_tokens, now_ns()
        )
        return self._admission.refused_by

    def _refuse(self, limit: str) -> None:
        row = self._row()
        answer = self.lane.dialect.refusal(429, message=f"refused locally by {limit}")
        headers = (*answer.headers, (REFUSED_FIELD, limit))
        row.status, row.refused_by, row.head_ns = answer.status, limit, now_ns()
        said = answer_head(answer.status, headers, content_length=len(answer.body)) + answer.body
        row.bytes_out = len(said)
        self.transport.write(said)
        self.script_ended("complete", keep=True)
        self.lane.limit_reached()

    def _settle(self, row: HopEnded) -> None:
        admission, self._admission = self._admission, None
        limiter = self.lane.limiter
        if limiter is None or admission is None or admission.refused_by:
            return
        limiter.settle(admission, self.lane.endpoint, _billed(row), asked=row.asked_upstream)

    # The end.

    def _end(self, ending: str, error: str = "") -> None:
        row = self.row
        if row is not None:
            self._record_begun()
            self._see(row, ending)
            self._settle(row)
        super()._end(ending, error)

    def _see(self, row: HopEnded, ending: str) -> None:
        """Fill in what the client was given."""
        answer, self._answer = self._answer, None
        if answer is None:
            return
        ended_ns = now_ns()
        if ends_it(answer, ending):
            answer.end_of_connection(ended_ns, reset=is_reset(ending))
        note_seen(row, answer, ended_ns)

    def _record_begun(self) -> None:
        begun, self._begun = self._begun, None
        if begun is not None:
            self.lane.recorder.record(begun)

    def _row(self) -> HopEnded:
        if self.row is None:
            raise RuntimeError("no exchange is under way")
        return self.row


def _billed(row: HopEnded) -> tuple[int, int] | None:
    """Return the usage that a provider will bill; None where what was seen is not all of it.

    An answer that was cut may have told what it was up to then, and one that a fault made up tells
    of tokens that nobody made.
    """
    prompt, output = row.usage_prompt_tokens, row.usage_output_tokens
    if prompt is None or output is None or not row.finish_reason:
        return None
    honest = row.mode != "script" or (row.tokens and row.tokens == row.tokens_up)
    return (prompt, output) if honest else None
