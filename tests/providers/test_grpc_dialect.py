import pytest

from providers.grpc_dialect import GrpcDialect

GRPC = GrpcDialect()


def told(answer_headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return dict(answer_headers)


@pytest.mark.parametrize(("http", "code"), [(429, "8"), (503, "14"), (404, "5"), (401, "16")])
def test_a_refusal_is_a_status_in_an_answer_that_is_nothing_else(http: int, code: str) -> None:
    answer = GRPC.refusal(http)
    assert (answer.status, answer.body) == (200, b"")
    assert told(answer.headers)["grpc-status"] == code
    assert "grpc-status-details-bin" not in told(answer.headers)


def test_a_wait_is_a_detail() -> None:
    assert "grpc-status-details-bin" in told(GRPC.refusal(429, retry_after_s=3).headers)


def test_words_of_ones_own_replace_the_usual_ones() -> None:
    assert told(GRPC.refusal(503, message="gone").headers)["grpc-message"] == "gone"
    assert told(GRPC.refusal(500).headers)["grpc-message"] == "internal"


def test_an_expired_credential_has_a_reason() -> None:
    headers = told(GRPC.credential_expired().headers)
    assert headers["grpc-status"] == "16"
    assert "grpc-status-details-bin" in headers


def test_a_message_says_nothing_that_could_be_read() -> None:
    assert not GRPC.read_event(b"\0\0").text
