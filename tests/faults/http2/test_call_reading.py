"""A call under `exec` is read from its first message to its status."""

import pytest

from faults.http2.call_reading import SEVERAL, CallReading, status_in
from faults.http2.heads import Field, request_of
from faults.http2.line import Said
from providers.catalog import make_dialect
from providers.dialect import Answer, Question
from providers.grpc import Details, Status, message_bytes, status_fields, status_proto
from telemetry.identity import mark
from telemetry.outcome import Outcome
from telemetry.rows import HopBegun, HopEnded, decode_row
from tests.faults.test_lane import OWN, TAG, lane

DIALECT = make_dialect({"open-inference": {}})
ANSWER = Answer(response_id="1", created_s=0, prompt_tokens=3, output_tokens=2, include_usage=True)
HEAD: Said = Said(fields=[(b":status", b"200"), (b"content-type", b"application/grpc")])
TOKENS = [message_bytes(DIALECT.token(ANSWER, text)) for text in ("0:a ", "1:b ")]
CLOSING = [message_bytes(one) for one in DIALECT.closing(ANSWER)]


def trailers(code: int, message: str = "", details: bytes = b"") -> Said:
    told = status_fields(code, message, details)
    return Said(fields=[(k.encode(), v.encode()) for k, v in told], end=True)


class Scene:
    """One call, on a lane that writes into memory."""

    def __init__(self, *extra: Field, prompt: str = "hi", method: str = "") -> None:
        self.written = bytearray()
        self.lane = lane(self.written)
        self.lane.dialect = DIALECT
        self.lane.numbered = True
        begun = HopBegun(hop=4, endpoint="azure", connection=0, begin_ns=1)
        self.reading = CallReading(self.lane, begun)
        self.row = HopEnded(hop=4, end_ns=0, mode="relay", ending="", bytes_out=9)
        question = Question(prompt=prompt, max_output_tokens=2, stream=True)
        asked = DIALECT.request(question, "", "k")
        path = method or asked.target
        fields = [(b":method", b"POST"), (b":path", path.encode()), *extra]
        self.request = self.reading.asked(request_of(fields), message_bytes(asked.body))

    def begun(self) -> HopBegun:
        self.lane.recorder.flush()
        rows = [decode_row(line) for line in bytes(self.written).splitlines()]
        (row,) = [row for row in rows if isinstance(row, HopBegun)]
        return row

    def given(self, *said: Said, ending: str = "complete") -> HopEnded:
        for one in said:
            self.reading.given(one)
        self.reading.ended(self.row, ending)
        return self.row


def test_the_same_question_has_the_same_hash_and_another_another() -> None:
    first, again, other = Scene().begun(), Scene().begun(), Scene(prompt="ho").begun()
    assert len(first.body_hash) == 16
    assert first.body_hash == again.body_hash != other.body_hash
    assert (first.stream, first.joined_by, first.retry_count) == (True, "", None)


def test_a_library_that_counts_its_attempts_is_believed() -> None:
    assert Scene((b"grpc-previous-rpc-attempts", b"2")).begun().retry_count == 2


def test_whose_it_is_the_metadata_say_or_a_mark() -> None:
    header = f"00-{OWN.trace_id}-{OWN.span_id}-01".encode()
    traced = Scene((b"traceparent", header))
    assert (traced.begun().trace_id, traced.begun().joined_by) == (OWN.trace_id, "traceparent")
    assert traced.request.parent == OWN
    marked = Scene(prompt=f"hi {mark(TAG, 7)}")
    assert marked.begun().joined_by == "mark"


def test_an_answer_in_any_pieces_is_whole_with_its_status() -> None:
    data = b"".join((*TOKENS, *CLOSING))
    for size in (1, 7, len(data)):
        pieces = [Said(data=data[at : at + size]) for at in range(0, len(data), size)]
        row = Scene().given(HEAD, *pieces, trailers(0))
        assert (row.outcome, row.tokens, row.finish_reason) == (Outcome.OK, 2, "stop")
        assert row.usage_output_tokens == 2


def test_a_last_token_that_got_lost_is_missed() -> None:
    row = Scene().given(HEAD, Said(data=TOKENS[0]), Said(data=CLOSING[0]), trailers(0))
    assert (row.outcome, row.missing_tokens) == (Outcome.INCOMPLETE, 1)


@pytest.mark.parametrize(
    ("said", "ending", "outcome"),
    [
        ((trailers(14, "no"),), "complete", Outcome.SERVER_ERROR),
        ((HEAD, Said(data=TOKENS[0]), trailers(13)), "complete", Outcome.ERROR_EVENT),
        ((HEAD, Said(data=TOKENS[0]), Said(reset=2)), "reset", Outcome.RESET_MID_STREAM),
        ((HEAD, Said(data=TOKENS[0], end=True)), "complete", Outcome.TRUNCATED),
        ((), "reset", Outcome.CLOSED_BEFORE_HEAD),
        ((HEAD, Said(data=TOKENS[0])), "client_gone", None),
        ((HEAD, Said(data=b"\x01" + TOKENS[0][1:]), trailers(0)), "complete", None),
    ],
)
def test_how_it_ended_for_its_client(
    said: tuple[Said, ...], ending: str, outcome: Outcome | None
) -> None:
    row = Scene().given(*said, ending=ending)
    assert row.outcome is outcome
    assert row.error == ("no gRPC status" if outcome is Outcome.TRUNCATED else None)


def test_of_a_stream_that_asks_twice_nothing_is_read() -> None:
    scene = Scene()
    scene.reading.heard(1)
    scene.reading.given(Said(data=TOKENS[0]))
    scene.reading.heard(1)
    row = scene.given(Said(data=TOKENS[1] + CLOSING[0]), trailers(0))
    assert (row.outcome, row.error) == (None, SEVERAL)


def test_what_is_no_inference_is_recorded_and_not_read() -> None:
    scene = Scene(method="/inference.GRPCInferenceService/ServerReady")
    assert (scene.begun().body_hash, scene.begun().stream) == ("", None)
    assert scene.given(HEAD, Said(data=b"\0\0\0\0\0"), trailers(0)).outcome is None


def test_a_status_is_read_with_its_words_and_its_wait() -> None:
    told = status_proto(8, "slow down", Details(retry_delay_s=1.5))
    status = status_in(trailers(8, "slow down, 100 %", told).fields or [])
    assert status == Status(8, "slow down, 100 %", 1.5)
    assert status_in([(b"grpc-status", b"no")]) is None
    broken = status_in([(b"grpc-status", b"8"), (b"grpc-status-details-bin", b"a")])
    assert broken == Status(8, "", None)
