import pytest

from telemetry.foreign.endings import ending
from telemetry.outcome import Outcome
from tests.telemetry.foreign.made import call, http


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("503", Outcome.SERVER_ERROR),
        ("429", Outcome.RATE_LIMITED),
        ("404", Outcome.CLIENT_ERROR),
        ("openai.RateLimitError", Outcome.RATE_LIMITED),
        ("RESOURCE_EXHAUSTED", Outcome.RATE_LIMITED),
        ("openai.APITimeoutError", Outcome.FIRST_TOKEN_TIMEOUT),
        ("httpx.ConnectTimeout", Outcome.CONNECT_TIMEOUT),
        ("ConnectionRefusedError", Outcome.CONNECT_REFUSED),
        ("ConnectionResetError", Outcome.RESET_MID_STREAM),
        ("openai.APIConnectionError", Outcome.CONNECT_FAILED),
        ("openai.AuthenticationError", Outcome.AUTH_REFUSED),
        ("asyncio.CancelledError", Outcome.CANCELLED),
        ("openai.BadRequestError", Outcome.CLIENT_ERROR),
        ("_OTHER", Outcome.SERVER_ERROR),
    ],
)
def test_an_error_is_one_of_the_taxonomy(error: str, outcome: Outcome) -> None:
    assert ending(call(1, 0, 1, error=error)) is outcome


def test_the_http_request_below_says_what_kind_of_error_it_was() -> None:
    assert ending(call(1, 0, 1, error="APIError"), http(2, 0, 1, 429, parent=1)) is (
        Outcome.RATE_LIMITED
    )


def test_a_finish_reason_of_error_is_a_cut_answer() -> None:
    cut = call(1, 0, 1, gen_ai__response__finish_reasons=["error"])
    assert ending(cut) is Outcome.RESET_MID_STREAM
    filtered = call(1, 0, 1, gen_ai__response__finish_reasons=["content_filter"])
    assert ending(filtered) is Outcome.CONTENT_FILTERED


def test_without_a_finish_reason_the_status_decides_unless_one_is_needed() -> None:
    assert ending(call(1, 0, 1)) is Outcome.OK
    assert ending(call(1, 0, 1), need_finish=True) is Outcome.TRUNCATED
