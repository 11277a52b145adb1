import msgspec
import pytest

from providers.chat_completions import (
    InvalidBodyError,
    asked,
    read_completion,
    read_error,
    read_event,
    read_request,
)
from providers.dialect import Delta, MalformedAnswerError


def chunk(**fields: object) -> bytes:
    return msgspec.json.encode({"choices": [], **fields})


def test_done_says_nothing() -> None:
    assert read_event(b"[DONE]") == Delta()
    assert read_event(b" [DONE] ") == Delta()


def test_a_delta_or_a_message_is_text() -> None:
    for key in ("delta", "message"):
        data = chunk(choices=[{key: {"content": "x"}, "finish_reason": "length"}], model="m")
        assert read_completion(data) == Delta(text="x", finish_reason="length", model="m")


def test_a_choice_without_content_says_nothing() -> None:
    choices: list[object] = [{}, {"delta": {}}, {"delta": {"content": None}}, {"message": None}]
    for choice in choices:
        assert read_completion(chunk(choices=[choice])).text == ""


def test_a_filtered_finish_is_told() -> None:
    assert read_completion(chunk(choices=[{"finish_reason": "content_filter"}])).content_filtered


def test_an_error_in_the_stream_is_told() -> None:
    said = read_event(b'{"error":{"message":"sorry","type":"server_error","code":null}}')
    assert said.error is not None
    assert (said.error.code, said.error.message) == ("error", "sorry")
    flat = read_event(b'{"error":"sorry"}')
    assert flat.error is not None
    assert flat.error.message == "sorry"


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"[]", b'{"choices":1}', b'"[DONE]"'])
def test_what_is_no_completion_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read_event(data)


def test_a_refusal_of_any_shape_is_read() -> None:
    coded = read_error(429, b'{"error":{"code":429,"message":"slow"}}', 2.0)
    assert (coded.code, coded.message, coded.retry_after_s) == ("429", "slow", 2.0)
    page = read_error(502, b"<html>Bad \xff Gateway</html>", None)
    assert page.code == "502"
    assert "Bad" in page.message
    assert read_error(500, b'{"detail":"x"}', None).message == '{"detail":"x"}'
    assert read_error(500, b"", None).message == ""


def test_a_filtered_prompt_is_told() -> None:
    assert read_error(400, b'{"error":{"code":"content_filter"}}', None).content_filtered


def test_the_prompt_is_the_text_of_all_messages() -> None:
    body = {
        "messages": [
            {"role": "system", "content": "be brief. "},
            {"role": "user", "content": [{"type": "text", "text": "hi "}, {"type": "image_url"}]},
            {"role": "assistant", "content": None},
            {"role": "user", "content": "there"},
        ]
    }
    understood = asked(read_request(msgspec.json.encode(body)))
    assert understood.question.prompt == "be brief. hi there"


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({}, 64),
        ({"max_tokens": 7}, 7),
        ({"max_tokens": 7, "max_completion_tokens": 8}, 8),
        ({"max_tokens": None}, 64),
    ],
)
def test_the_answers_length_is_what_was_allowed(limits: dict[str, int], limit: int) -> None:
    body = {"messages": [{"role": "user", "content": "hi"}], **limits}
    assert asked(read_request(msgspec.json.encode(body))).question.max_output_tokens == limit


def test_a_body_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(InvalidBodyError, match="could not parse"):
        read_request(b"{")
    with pytest.raises(InvalidBodyError, match="messages"):
        read_request(b'{"messages":"hi"}')
