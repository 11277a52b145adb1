"""OpenAI's error bodies."""

import msgspec
import pytest

from providers.openai_errors import error_answer


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "invalid_request_error", None),
        (401, "invalid_request_error", "invalid_api_key"),
        (404, "invalid_request_error", "model_not_found"),
        (429, "requests", "rate_limit_exceeded"),
        (500, "server_error", None),
        (503, "service_unavailable_error", None),
        (418, "invalid_request_error", None),
        (499, "invalid_request_error", None),
    ],
)
def test_every_error_has_its_type_and_code(status: int, kind: str, code: str | None) -> None:
    answer = error_answer(status)
    error = msgspec.json.decode(answer.body)["error"]
    assert (answer.status, error["type"], error["code"]) == (status, kind, code)
    assert error["message"]
    assert set(error) == {"message", "type", "param", "code"}


def test_a_message_of_ones_own_is_said() -> None:
    assert b"down for tea" in error_answer(503, message="down for tea").body
