import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from faults.http2.answer_steps import AnswerSteps
from faults.steps import End, Event, Head, Reset, Step, Trailers
from providers.dialects.openai_chat import OpenAIChat
from providers.grpc import message_bytes
from providers.grpc_dialect import GrpcDialect

OK = (b":status", b"200")
GRPC = [OK, (b"content-type", b"application/grpc")]
STATUS = [(b"grpc-status", b"0")]


def read(
    fields: Sequence[tuple[bytes, bytes]], pieces: Sequence[bytes], *, cuts: bool = True
) -> list[Step]:
    reader = AnswerSteps(OpenAIChat(), cuts=cuts)
    steps = reader.head(list(fields))
    for piece in pieces:
        steps += reader.body(piece)
    return [*steps, *reader.end()]


@given(
    payloads=st.lists(st.binary(max_size=30), max_size=5),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_messages_are_the_same_however_their_bytes_are_cut(
    payloads: list[bytes], cuts: list[int]
) -> None:
    whole = b"".join(map(message_bytes, payloads))
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[a:b] for a, b in itertools.pairwise(places)]
    reader = AnswerSteps(GrpcDialect(), cuts=True)
    steps = reader.head(GRPC)
    for piece in pieces:
        steps += reader.body(piece)
    steps += reader.trailers(STATUS)
    told = [step for step in steps if isinstance(step, Event)]
    assert [step.data for step in told] == [message_bytes(payload) for payload in payloads]
    assert reader.tokens == len(payloads)
    assert steps[-2:] == [Trailers(headers=(("grpc-status", "0"),)), End()]


def test_half_a_message_is_told_before_the_end() -> None:
    half = message_bytes(b"whole")[:7]
    assert read(GRPC, [half])[1:] == [Event(data=half), End()]


def test_a_reset_tells_what_came_before_it() -> None:
    reader = AnswerSteps(GrpcDialect(), cuts=True)
    reader.head(GRPC)
    reader.body(b"\0\0")
    assert reader.reset(8) == [Event(data=b"\0\0"), Reset(code=8)]


def test_events_of_a_stream_are_read_in_the_dialect() -> None:
    fields = [OK, (b"content-type", b"text/event-stream")]
    token = b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'
    _, first, last, _ = read(fields, [token[:9], token[9:] + b"data: [DONE]\n\n"])
    assert first == Event(data=token, tokens=1)
    assert last == Event(data=b"data: [DONE]\n\n")


def test_any_other_body_passes_in_its_pieces() -> None:
    fields = [OK, (b"content-type", b"application/json")]
    head, *body = read(fields, [b"{", b"}"])
    assert isinstance(head, Head)
    assert body == [Event(data=b"{"), Event(data=b"}"), End()]


def test_who_looks_at_no_event_gets_the_pieces_themselves() -> None:
    assert read(GRPC, [b"\0"], cuts=False)[1:] == [Event(data=b"\0"), End()]


def test_a_coding_that_hides_events_is_told() -> None:
    reader = AnswerSteps(OpenAIChat(), cuts=True)
    reader.head([OK, (b"content-type", b"text/event-stream"), (b"content-encoding", b"gzip")])
    assert (reader.encoding, reader.tokens) == ("gzip", None)
