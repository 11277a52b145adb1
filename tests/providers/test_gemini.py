import msgspec
import pytest

from providers.dialect import MalformedAnswerError, Usage
from providers.gemini import InvalidBodyError, asked, read_body, read_event


def said(**fields: object) -> bytes:
    return msgspec.json.encode(fields)


def test_thoughts_are_not_text_but_cost_tokens() -> None:
    parts = [{"text": "hm", "thought": True}, {"text": "hi"}]
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 4, "thoughtsTokenCount": 5}
    delta = read_event(said(candidates=[{"content": {"parts": parts}}], usageMetadata=usage))
    assert delta.text == "hi"
    assert delta.usage == Usage(prompt_tokens=3, output_tokens=9)


def test_a_candidate_without_content_says_how_it_ended() -> None:
    delta = read_event(said(candidates=[{"finishReason": "MAX_TOKENS"}]))
    assert (delta.text, delta.finish_reason) == ("", "MAX_TOKENS")


def test_what_was_filtered_is_told() -> None:
    assert read_event(said(candidates=[{"finishReason": "SAFETY"}])).content_filtered
    assert read_event(said(promptFeedback={"blockReason": "SAFETY"})).content_filtered
    assert not read_event(said(candidates=[{"finishReason": "STOP"}])).content_filtered


def test_an_error_in_the_stream_is_told() -> None:
    error = {"code": 429, "message": "Resource exhausted.", "status": "RESOURCE_EXHAUSTED"}
    delta = read_event(said(error=error))
    assert delta.error is not None
    assert delta.error.code == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"[DONE]", b'{"candidates":1}', b"[{}]"])
def test_what_is_no_response_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read_event(data)


def test_an_empty_array_is_malformed() -> None:
    with pytest.raises(MalformedAnswerError):
        read_body(b"[]")


def test_the_prompt_is_the_text_of_system_and_contents() -> None:
    body = {
        "systemInstruction": {"parts": [{"text": "be brief. "}]},
        "contents": [
            {"role": "user", "parts": [{"text": "hi "}, {"inlineData": {"data": "x"}}]},
            {"role": "model", "parts": [{"text": "there"}]},
        ],
    }
    understood = asked(msgspec.json.encode(body), stream=True, server_sent=True)
    assert understood.question.prompt == "be brief. hi there"


def test_snake_case_and_single_values_are_taken_as_googles_apis_do() -> None:
    body = {
        "system_instruction": {"parts": {"text": "a"}},
        "contents": {"parts": {"text": "b"}},
        "generation_config": {"max_output_tokens": 7},
    }
    question = asked(msgspec.json.encode(body), stream=False, server_sent=False).question
    assert (question.prompt, question.max_output_tokens) == ("ab", 7)
    mixed = {"contents": [{"parts": []}], "generationConfig": {"max_output_tokens": 8}}
    question = asked(msgspec.json.encode(mixed), stream=False, server_sent=False).question
    assert (question.prompt, question.max_output_tokens) == ("", 8)


def test_without_a_limit_the_default_holds() -> None:
    body = b'{"contents":[{"parts":[{"text":"x"}]}]}'
    assert asked(body, stream=True, server_sent=True).question.max_output_tokens == 64


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}",
        b'{"contents":[]}',
        b'{"contents":[{}],"generationConfig":{"maxOutputTokens":0}}',
    ],
)
def test_a_body_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidBodyError):
        asked(body, stream=True, server_sent=True)
