import msgspec
import pytest

from providers.google_rpc import Place, error_answer, in_array, read_error

PLACE = Place(location="us-central1", model="gemini-2.5-flash")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "INVALID_ARGUMENT"),
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (429, "RESOURCE_EXHAUSTED"),
        (499, "CANCELLED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
        (418, "UNKNOWN"),
        (599, "UNKNOWN"),
    ],
)
def test_each_status_has_its_name_and_reads_back(status: int, name: str) -> None:
    answer = error_answer(status, PLACE)
    error = msgspec.json.decode(answer.body)["error"]
    assert (error["code"], error["status"]) == (status, name)
    read = read_error(status, answer.body, None)
    assert (read.code, read.message) == (name, error["message"])


@pytest.mark.parametrize(
    ("wait_s", "delay"), [(34.0, "34s"), (0.48, "0.48s"), (1234567.0, "1234567s"), (0.0, "0s")]
)
def test_a_wait_goes_into_the_body_in_seconds(wait_s: float, delay: str) -> None:
    answer = error_answer(503, PLACE, retry_after_s=wait_s)
    (detail,) = msgspec.json.decode(answer.body)["error"]["details"]
    assert detail["retryDelay"] == delay
    assert read_error(503, answer.body, None).retry_after_s == wait_s


def test_the_body_goes_before_the_headers() -> None:
    hinted = error_answer(429, PLACE, retry_after_s=3.0).body
    assert read_error(429, hinted, 9.0).retry_after_s == 3.0
    assert read_error(429, error_answer(429, PLACE).body, 9.0).retry_after_s == 9.0


@pytest.mark.parametrize("delay", ["soon", "3", "-1s", "infs", "s"])
def test_a_delay_that_is_none_is_passed_over(delay: str) -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    body = msgspec.json.encode({"error": {"code": 429, "details": details}})
    assert read_error(429, body, None).retry_after_s is None


def test_ones_own_message_goes_out() -> None:
    for exhausted in ("", "tokens"):
        body = error_answer(429, PLACE, message="mine", exhausted=exhausted).body
        assert read_error(429, body, None).message == "mine"


def test_a_list_of_one_is_unwrapped() -> None:
    answer = error_answer(503, PLACE)
    wrapped = in_array(answer)
    assert msgspec.json.decode(wrapped.body) == [msgspec.json.decode(answer.body)]
    assert read_error(503, wrapped.body, None) == read_error(503, answer.body, None)
    assert read_error(503, b"[]", None).code == "503"


def test_another_shape_becomes_its_own_message() -> None:
    read = read_error(502, b"<html>\xff", 2.0)
    assert (read.code, read.retry_after_s) == ("502", 2.0)
    assert "<html>" in read.message
