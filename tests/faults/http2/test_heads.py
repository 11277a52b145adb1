from hpack import NeverIndexedHeaderTuple

from faults.http2.heads import (
    asks_grpc,
    fields_of,
    for_upstream,
    head_of,
    plain_fields,
    request_of,
    text_of,
)
from faults.steps import Head
from telemetry.identity import trace_id

CALL = [
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b":path", b"/inference.GRPCInferenceService/ModelInfer"),
    (b":authority", b"localhost:1"),
    (b"content-type", b"application/grpc+proto"),
    (b"accept-encoding", b"gzip"),
]


def test_a_request_has_the_head_that_decisions_read() -> None:
    trace = trace_id("0a0b0c0d", 5)
    traced = [
        *CALL,
        (b"traceparent", f"00-{trace}-00000000000000ab-01".encode()),
        (b"tracestate", b"crosswind=3"),
    ]
    request = request_of(traced)
    assert request.head.startswith(b"POST /inference.GRPCInferenceService/ModelInfer HTTP/1.1\r\n")
    assert b"\r\nhost: localhost:1\r\n" in request.low
    assert request.parent is not None
    assert (request.parent.trace_id, request.attempt_key) == (trace, 3)


def test_a_request_without_trace_context_is_decided_by_content() -> None:
    assert request_of(CALL).keyed_by == "content"


def test_grpc_is_known_by_its_content_type() -> None:
    assert asks_grpc(CALL)
    assert not asks_grpc([(b"content-type", b"application/json")])


def test_the_upstream_is_asked_by_its_own_name() -> None:
    told = dict(for_upstream(CALL, b"up.test", b"https", plain=False))
    assert (told[b":authority"], told[b":scheme"]) == (b"up.test", b"https")
    assert told[b"accept-encoding"] == b"gzip"


def test_an_answer_that_is_to_be_read_is_asked_for_in_no_coding() -> None:
    told = for_upstream(CALL, b"up.test", b"http", plain=True)
    assert [value for name, value in told if name == b"accept-encoding"] == [b"identity"]


def test_a_host_gives_way_to_the_authority() -> None:
    fields = [(b":method", b"GET"), (b"host", b"elsewhere")]
    assert for_upstream(fields, b"up.test", b"http", plain=False) == [
        (b":authority", b"up.test"),
        (b":method", b"GET"),
    ]


def test_a_field_that_is_never_to_be_indexed_stays_so() -> None:
    secret = NeverIndexedHeaderTuple(b"authorization", b"Bearer x")
    assert for_upstream([*CALL, secret], b"up.test", b"http", plain=False)[-1] is secret


def test_an_answers_head_comes_back_as_it_was() -> None:
    fields = [(b":status", b"200"), (b"content-type", b"application/json"), (b"x-a", b"\xe9")]
    assert fields_of(head_of(fields), measured=True) == fields


def test_a_status_that_is_no_number_is_none() -> None:
    assert head_of([(b":status", b"ok")]).status == 0


def test_a_length_is_not_told_of_a_body_that_may_change() -> None:
    head = head_of([(b":status", b"200"), (b"content-length", b"5")])
    assert fields_of(head, measured=False) == [(b":status", b"200")]
    promised = Head(status=200, length=7)
    assert fields_of(promised, measured=False)[-1] == (b"content-length", b"7")


def test_what_http2_forbids_is_left_out_and_names_are_in_lower_case() -> None:
    head = Head(status=503, headers=(("Connection", "close"), ("Retry-After", "7")))
    assert fields_of(head, measured=False) == [(b":status", b"503"), (b"retry-after", b"7")]


def test_trailers_are_the_same_bytes_there_and_back() -> None:
    fields = [(b"grpc-status", b"0"), (b"x-bin", b"\xff")]
    assert plain_fields(text_of(fields)) == fields
