"""OpenAI's own chat completions, and what gateways make of them."""

import msgspec
import pytest

from providers.catalog import make_dialect
from providers.dialect import Answer, Asked, HttpAnswer, HttpRequest, Question
from providers.dialects.openai_chat import OpenAIChat
from providers.sse import event_data

CHAT = OpenAIChat(model="chat")
ANSWER = Answer(response_id="7", created_s=0, prompt_tokens=3, output_tokens=2)
QUESTION = Question(prompt="Hello", max_output_tokens=9)


@pytest.mark.parametrize(
    ("base_path", "target"),
    [("", "/v1/chat/completions"), ("/proxy/", "/proxy/chat/completions")],
)
def test_the_path_of_the_base_url_is_kept_and_v1_without_one(base_path: str, target: str) -> None:
    request = CHAT.request(QUESTION, base_path, "sk-none")
    assert request.target == target
    assert ("Authorization", "Bearer sk-none") in request.headers
    assert msgspec.json.decode(request.body)["model"] == "chat"


def test_a_stand_in_takes_any_model_and_wants_a_bearer_key() -> None:
    request = OpenAIChat(model="another").request(QUESTION, "", "key")
    assert isinstance(CHAT.asked(request), Asked)
    bare = HttpRequest(method="POST", target=request.target, headers=(), body=request.body)
    refused = CHAT.asked(bare)
    assert isinstance(refused, HttpAnswer)
    assert refused.status == 401
    assert CHAT.read_error(401, {}, refused.body).code == "invalid_api_key"


def test_a_wrong_path_and_a_wrong_body_are_refused_in_openais_words() -> None:
    request = CHAT.request(QUESTION, "", "key")
    elsewhere = msgspec.structs.replace(request, target="/v1/completions")
    nonsense = msgspec.structs.replace(request, body=b"{")
    statuses = [answer.status for answer in map(CHAT.asked, (elsewhere, nonsense))]  # type: ignore[union-attr]  # both are refused
    assert statuses == [404, 400]


def test_the_first_event_tells_the_role_and_there_is_no_prompt_filter() -> None:
    (opening,) = CHAT.opening(ANSWER)
    assert b"prompt_filter_results" not in opening
    assert CHAT.read_event(event_data(opening) or b"").text == ""


@pytest.mark.parametrize(
    "event",
    [
        b'{"error":{"message":"boom","type":null,"param":null,"code":"500"}}',
        b'{"error":"boom"}',
        b'{"error":{"message":"boom","code":500,"provider_specific_fields":{}}}',
    ],
)
def test_a_gateways_error_events_are_read_whatever_their_shape(event: bytes) -> None:
    error = CHAT.read_event(event).error
    assert error is not None
    assert error.message == "boom"


def test_a_429_carries_its_wait_and_what_ran_out() -> None:
    answer = CHAT.refusal(429, retry_after_s=1.5, exhausted="tokens")
    headers = {name.lower(): value for name, value in answer.headers}
    assert (headers["retry-after"], headers["retry-after-ms"]) == ("2", "1500")
    assert headers["x-ratelimit-remaining-tokens"] == "0"
    assert CHAT.read_error(429, headers, answer.body).retry_after_s == pytest.approx(1.5)


def test_it_is_found_by_its_name() -> None:
    assert make_dialect({"openai-chat": {"model": "chat"}}) == CHAT
