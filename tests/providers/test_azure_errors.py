import msgspec
import pytest

from providers.azure_errors import error_answer, invalid_request, resource_not_found
from providers.dialect import HttpAnswer


def error(answer: HttpAnswer) -> dict[str, object]:
    return msgspec.convert(msgspec.json.decode(answer.body)["error"], dict[str, object])


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "content_filter"),
        (401, "401"),
        (403, "403"),
        (404, "DeploymentNotFound"),
        (408, "Timeout"),
        (429, "429"),
        (500, None),
        (502, None),
        (503, "ServiceUnavailable"),
        (599, None),
    ],
)
def test_each_status_has_its_code(status: int, code: str | None) -> None:
    answer = error_answer(status)
    assert answer.status == status
    assert error(answer)["code"] == code
    assert error(answer)["message"]


def test_a_servers_error_has_openais_shape() -> None:
    assert error(error_answer(500))["type"] == "server_error"


def test_a_filtered_prompt_says_why() -> None:
    inner = error(error_answer(400))["innererror"]
    assert isinstance(inner, dict)
    assert inner["code"] == "ResponsibleAIPolicyViolation"
    assert inner["content_filter_result"]["violence"]["filtered"]


def test_ones_own_message_goes_out() -> None:
    for status in (400, 404, 429, 500):
        assert error(error_answer(status, message="mine"))["message"] == "mine"


def test_without_a_wait_there_are_no_hints() -> None:
    for exhausted in ("", "requests"):
        names = {name.lower() for name, _ in error_answer(429, exhausted=exhausted).headers}
        assert not names & {"retry-after", "retry-after-ms"}


@pytest.mark.parametrize(
    ("wait_s", "seconds", "milliseconds"),
    [(0.003, "1", "3"), (37.0, "37", "37000"), (86400.0, "86400", "86400000"), (0.0, "0", "0")],
)
def test_a_wait_is_never_rounded_down(wait_s: float, seconds: str, milliseconds: str) -> None:
    headers = dict(error_answer(503, retry_after_s=wait_s).headers)
    assert (headers["Retry-After"], headers["Retry-After-Ms"]) == (seconds, milliseconds)


def test_a_quota_is_named_and_a_squeeze_is_not() -> None:
    assert "call rate limit" in str(error(error_answer(429, exhausted="requests"))["message"])
    assert "token rate limit" in str(error(error_answer(429, exhausted="tokens"))["message"])
    assert "high demand" in str(error(error_answer(429))["message"])


def test_a_wrong_path_and_a_bad_body_have_their_own() -> None:
    assert error(resource_not_found()) == {"code": "404", "message": "Resource not found"}
    assert error(invalid_request("why"))["type"] == "invalid_request_error"
