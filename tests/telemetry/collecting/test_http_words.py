import pytest

from telemetry.collecting.http_words import answer, check_head, refusal_answer
from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError, Taken

LIMITS = Limits(body_bytes=100)
JSON = {"content-type": "Application/JSON; charset=utf-8", "content-length": "100"}


def status_of(method: str, target: str, headers: dict[str, str]) -> int:
    try:
        check_head(method, target, headers, LIMITS)
    except RefusedError as refusal:
        return refusal.status
    return 200


@pytest.mark.parametrize(
    ("method", "target", "headers", "status"),
    [
        ("POST", "/v1/traces", JSON, 200),
        ("POST", "/v1/traces?x=1", {**JSON, "content-encoding": "GZIP"}, 200),
        ("POST", "/v1/logs", JSON, 404),
        ("PUT", "/v1/traces", JSON, 405),
        ("POST", "/v1/traces", {}, 415),
        ("POST", "/v1/traces", {**JSON, "content-encoding": "zstd"}, 415),
        ("POST", "/v1/traces", {**JSON, "content-length": "101"}, 413),
        ("POST", "/v1/traces", {**JSON, "content-length": "-1"}, 400),
    ],
)
def test_a_head_is_enough_to_refuse_by(
    method: str, target: str, headers: dict[str, str], status: int
) -> None:
    assert status_of(method, target, headers) == status


def test_an_answer_is_in_the_words_of_the_request() -> None:
    assert answer(Taken(accepted=1), "json").endswith(b"\r\n\r\n{}")
    assert b"application/x-protobuf\r\nContent-Length: 0\r\n" in answer(Taken(), "protobuf")
    told = answer(Taken(refused=2, reason="ids"), "json")
    assert told.endswith(b'{"partialSuccess":{"rejectedSpans":"2","errorMessage":"ids"}}')


def test_a_refusal_says_what_helps() -> None:
    late = refusal_answer(RefusedError(429, "too many", 0.2), "protobuf", close=False)
    assert late.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert b"Retry-After: 1\r\n" in late
    assert b"Connection: close" not in late
    other = refusal_answer(RefusedError(405, "POST"), None, close=True)
    assert b"Allow: POST\r\n" in other
    assert b"Connection: close\r\n" in other
    assert other.endswith(b'{"code":12,"message":"POST"}')
