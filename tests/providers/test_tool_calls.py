from providers.edited import Json
from providers.tool_calls import malformed_arguments, missing_id, unknown_tool


def openai(arguments: str, **call: object) -> Json:
    told = {"index": 0, "function": {"arguments": arguments}, **call}
    return {"choices": [{"delta": {"tool_calls": [told]}}]}


def gemini(*parts: Json, finish: str | None = None) -> Json:
    one: Json = {"content": {"role": "model", "parts": list(parts)}}
    return {"candidates": [one | ({"finishReason": finish} if finish else {})]}


CALL: Json = {"functionCall": {"name": "weather", "args": {"city": "Oslo"}, "id": "7"}}
TEXT: Json = {"text": "It "}


def test_arguments_lose_their_closing_braces_in_whatever_pieces_they_come() -> None:
    edit = malformed_arguments()
    pieces = [openai('{"a": {"b"'), openai(": 1}"), openai("}")]
    assert [edit(piece) for piece in pieces] == [False, True, True]
    assert pieces == [openai('{"a": {"b"'), openai(": 1"), openai("")]


def test_gemini_leaves_the_call_out_and_says_so_when_it_finishes() -> None:
    edit = malformed_arguments()
    said = [gemini(TEXT), gemini(TEXT, CALL), gemini(TEXT, finish="STOP")]
    assert [edit(one) for one in said] == [False, True, True]
    refused = gemini(TEXT, finish="MALFORMED_FUNCTION_CALL")
    assert said == [gemini(TEXT), gemini(TEXT), refused]


def test_a_call_may_come_with_the_finish() -> None:
    said = gemini(CALL, finish="STOP")
    assert malformed_arguments()(said)
    assert said == gemini(finish="MALFORMED_FUNCTION_CALL")


def test_what_finishes_without_a_call_finishes_as_it_would() -> None:
    said = gemini(TEXT, finish="STOP")
    assert not malformed_arguments()(said)
    assert said == gemini(TEXT, finish="STOP")


def test_a_tool_is_called_that_nobody_offered() -> None:
    first = openai("", id="call_1")
    first["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] = "weather"
    rest, other = openai("{}"), gemini(CALL)
    assert [unknown_tool(one) for one in (first, rest, other)] == [True, False, True]
    (call,) = first["choices"][0]["delta"]["tool_calls"]
    assert call["function"]["name"] == "no_such_tool"
    assert other["candidates"][0]["content"]["parts"][0]["functionCall"]["name"] == "no_such_tool"


def test_ids_are_taken_out_where_there_are_any() -> None:
    first, rest = openai("", id="call_1"), openai("{}")
    assert [missing_id(one) for one in (first, rest)] == [True, False]
    assert first == openai("")


def test_strange_shapes_are_left_alone() -> None:
    for strange in (
        {"choices": [{"delta": {"tool_calls": [1, {"function": "weather"}]}}]},
        {"choices": "}", "candidates": [{"content": {"parts": "functionCall"}}]},
        {"choices": [{"message": {"tool_calls": [{"function": {"arguments": {"a": 1}}}]}}]},
    ):
        said: Json = dict(strange)
        edits = (malformed_arguments(), unknown_tool, missing_id)
        assert [edit(said) for edit in edits] == [False] * 3
        assert said == strange
