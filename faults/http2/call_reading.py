"""A gRPC call that is read, not only relayed: what was asked, and what its client was given.

Where a client of somebody's own is under test. Whose a call is, and which one it repeats, its first
message says.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

import msgspec

from faults.http2.heads import Field, text_of
from faults.http2.line import Said
from faults.lane import Lane
from faults.question import own_parent
from faults.request import Request
from faults.seen import ends_it, is_reset, note_seen
from providers.dialect import Asked, HttpRequest
from providers.grpc import PREFIX_BYTES, MessageSplitter, Status, retry_delay_s
from providers.grpc_answer import NO_STATUS, CallAnswer
from telemetry.clock import now_ns
from telemetry.outcome import Outcome
from telemetry.rows import HopBegun, HopEnded

PREVIOUS_ATTEMPTS: Final = b"grpc-previous-rpc-attempts"
"""How often a client has tried before, as its library counts (gRFC A6)."""


SEVERAL: Final = "several questions on one stream, which are not read"


class CallReading:
    """One call of a lane whose dialect is gRPC's; of one that asks twice nothing is read."""

    def __init__(self, lane: Lane, begun: HopBegun) -> None:
        """`begun` is recorded once the call is known, or over."""
        self._lane = lane
        self._begun: HopBegun | None = begun
        self._answer: CallAnswer | None = None
        self._splitter = MessageSplitter()
        self._messages = 0

    def heard(self, messages: int) -> None:
        """Hear of so many more messages of the client's, the first one included."""
        self._messages += messages
        if self._messages > 1:
            self._answer = None

    def asked(self, request: Request, message: bytes) -> Request:
        """Take the first message, prefix and all; return the request, now that it is known whose.

        What is no inference is recorded, and not read any further.
        """
        body = message[PREFIX_BYTES:]
        parent, joined_by = own_parent(request, body, self._lane.run_tag)
        traits = request.traits()
        stream = traits.stream_in_path
        if stream is not None:
            self._answer = self._answer_to(traits.path, body, stream=stream)
        key = request.attempt_key if joined_by == "traceparent" else None
        before = traits.header(PREVIOUS_ATTEMPTS)
        self._record_begun(
            trace_id=parent.trace_id if parent else "",
            parent_span_id=parent.span_id if parent else "",
            attempt_key=key,
            joined_by=joined_by,
            body_hash="" if stream is None else hashlib.blake2b(body, digest_size=8).hexdigest(),
            retry_count=int(before) if before.isdigit() else None,
            stream=stream,
        )
        return request._replace(parent=parent, attempt_key=key)

    def given(self, said: Said) -> None:
        """Read what the client is given."""
        answer, at_ns = self._answer, now_ns()
        if answer is None:
            return
        for whole in self._splitter.feed(said.data):
            if whole[0]:
                # Compressed: nobody here reads it.
                self._answer = None
                return
            answer.message(whole[PREFIX_BYTES:], at_ns)
        if said.reset is not None:
            answer.end_of_connection(reset=True)
        elif said.end:
            told = status_in(said.fields or ())
            if told is None:
                answer.end_of_connection(reset=False)
            else:
                answer.end_of_call(told, at_ns)

    def ended(self, row: HopEnded, ending: str) -> None:
        """Fill in what the client was given."""
        self._record_begun()
        if self._messages > 1:
            row.error = row.error or SEVERAL
        answer, self._answer = self._answer, None
        if answer is None:
            return
        if ends_it(answer, ending):
            answer.end_of_connection(reset=is_reset(ending))
        note_seen(row, answer, now_ns())
        if row.outcome is Outcome.TRUNCATED and row.rpc_status is None:
            row.error = row.error or NO_STATUS

    def _answer_to(self, path: str, body: bytes, *, stream: bool) -> CallAnswer:
        """Return what reads the answer; a stand-in's has as many tokens as it may have."""
        dialect, numbered = self._lane.dialect, self._lane.numbered
        asked = dialect.asked(HttpRequest(method="POST", target=path, headers=(), body=body))
        whole = asked.question.max_output_tokens if isinstance(asked, Asked) and numbered else 0
        return CallAnswer(dialect, stream=stream, numbered=numbered, whole=whole)

    def _record_begun(self, **known: object) -> None:
        begun, self._begun = self._begun, None
        if begun is not None:
            self._lane.recorder.record(msgspec.structs.replace(begun, **known))


def status_in(fields: Iterable[Field]) -> Status | None:
    """Return the status that trailers tell; None where they tell none."""
    told = dict(text_of(fields))
    code = told.get("grpc-status", "")
    if not code.isdecimal():
        return None
    message = unquote(told.get("grpc-message", ""))
    return Status(int(code), message, _retry_delay_s(told.get("grpc-status-details-bin", "")))


def _retry_delay_s(details: str) -> float | None:
    try:
        return retry_delay_s(base64.b64decode(details + "=" * (-len(details) % 4)))
    except binascii.Error:
        return None
