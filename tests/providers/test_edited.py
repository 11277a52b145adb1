import msgspec
import pytest

from providers.edited import (
    at_finish,
    edited,
    edited_event,
    finish,
    is_only_usage,
    model,
    no_usage,
    text,
    usage_times,
)

CHUNK = b'{"model":"m","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}'
GEMINI = b'{"modelVersion":"m","candidates":[{"content":{"role":"model","parts":[{"text":"hi"}]}}]}'


def read(data: bytes) -> object:
    return msgspec.json.decode(data)


@pytest.mark.parametrize("data", [b"", b"[DONE]", b"[1]", b'"x"', b"\xff", b'{"a":1}', b"{}"])
@pytest.mark.parametrize(
    "edit", [finish("length"), text(str.upper), model("n"), no_usage, usage_times(2)]
)
def test_what_has_nothing_to_edit_stays_byte_for_byte(data: bytes, edit: object) -> None:
    assert edited(data, edit) is data  # type: ignore[arg-type]  # parametrize loses the type


def test_a_chunk_is_finished_with_the_words_of_its_family() -> None:
    assert b'"finish_reason":"content_filter"' in edited(CHUNK, finish("recitation"))
    assert b'"delta":{}' in edited(CHUNK, finish("length"))
    assert b'"finishReason":"MAX_TOKENS"' in edited(GEMINI, finish("length"))
    assert b"hi" not in edited(GEMINI, finish("content_filter"))


def test_text_is_changed_and_nothing_else() -> None:
    assert edited(CHUNK, text(str.upper)) == CHUNK.replace(b"hi", b"HI")
    assert edited(GEMINI, text(str.upper)) == GEMINI.replace(b"hi", b"HI")
    assert edited(GEMINI, text(str.lower)) is GEMINI


def test_the_model_is_renamed_where_one_is_named() -> None:
    assert edited(CHUNK, model("n")) == CHUNK.replace(b'"m"', b'"n"')
    assert edited(GEMINI, model("n")) == GEMINI.replace(b'"m"', b'"n"')
    assert edited(CHUNK, model("m")) is CHUNK


def test_an_edit_may_wait_for_the_finish() -> None:
    assert edited(CHUNK, at_finish(finish("length"))) is CHUNK
    finished = CHUNK.replace(b"null", b'"stop"')
    assert b'"length"' in edited(finished, at_finish(finish("length")))


def test_usage_is_taken_out_or_multiplied() -> None:
    counted = b'{"choices":[],"usage":{"prompt_tokens":3,"details":{},"total_tokens":5}}'
    assert read(edited(counted, no_usage)) == {"choices": []}
    assert read(edited(counted, usage_times(2))) == {
        "choices": [],
        "usage": {"prompt_tokens": 6, "details": {}, "total_tokens": 10},
    }
    assert is_only_usage(counted)
    assert not is_only_usage(CHUNK)
    assert not is_only_usage(b"[DONE]")


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
def test_an_event_keeps_its_terminator(end: bytes) -> None:
    event = edited_event(b"data: " + CHUNK + end, model("n"))
    assert event == b"data: " + CHUNK.replace(b'"m"', b'"n"') + end


def test_an_event_without_data_or_without_an_edit_stays() -> None:
    for event in (b": ping\n\n", b"data: [DONE]\n\n"):
        assert edited_event(event, model("n")) is event
