import json

import pytest

from faults.steps import End, Event, Step
from providers.sse import event_data
from tests.faults.honest import (
    BUSY,
    DONE,
    EVENT_STREAM,
    FINISH,
    JSON,
    attested,
    body,
    fault,
    played,
    said,
    stream,
)

KINDS = ["malformed_arguments", "unknown_tool", "missing_id"]
EACH = pytest.mark.parametrize("kind", KINDS)
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


def called(**call: object) -> Event:
    told = json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}).encode()
    return Event(data=b"data: " + told + b"\n\n")


HONEST: list[Step] = [
    EVENT_STREAM,
    called(**{**CALL, "function": {"name": "weather", "arguments": ""}}),
    called(function={"arguments": '{"city": '}),
    called(function={"arguments": '"Oslo"}'}),
    FINISH,
    DONE,
    End(),
]


def calls(steps: list[Step]) -> list[dict[str, object]]:
    """The calls that a client reads, piece by piece."""
    events = [event_data(step.data) or b"" for step in steps if isinstance(step, Event)]
    read = [json.loads(data) for data in events if data.startswith(b"{")]
    return [one["choices"][0]["delta"]["tool_calls"][0] for one in read]


def test_arguments_are_no_json_when_they_are_put_together() -> None:
    read = calls(said(played(fault("tool_call_corrupt"), HONEST)))
    told = "".join(str(one["function"]["arguments"]) for one in read)  # type: ignore[index]  # JSON
    assert told == '{"city": "Oslo"'
    assert read[0]["id"] == "call_1"


def test_the_tool_is_not_one_that_was_offered() -> None:
    first, *rest = calls(said(played(fault("tool_call_corrupt", kind="unknown_tool"), HONEST)))
    assert first["function"] == {"name": "no_such_tool", "arguments": ""}
    assert rest == calls(HONEST)[1:]


def test_the_call_has_no_id() -> None:
    first, *rest = calls(said(played(fault("tool_call_corrupt", kind="missing_id"), HONEST)))
    assert "id" not in first
    assert rest == calls(HONEST)[1:]


@EACH
def test_what_is_no_call_comes_as_it_is(kind: str) -> None:
    one = fault("tool_call_corrupt", kind=kind)
    assert said(played(one, HONEST))[-3:] == [FINISH, DONE, End()]
    assert attested(one, HONEST) == ["answered"]


@EACH
def test_an_answer_without_a_call_is_not_touched_whatever_pieces_it_comes_in(kind: str) -> None:
    one = fault("tool_call_corrupt", kind=kind)
    text = body(b'{"choices": [{"message"', b': {"content": "1 "}}]}')
    for honest in (stream(3), text, body(b"{}"), body(), [BUSY, *body(b"{}")[1:]]):
        assert said(played(one, honest)) == honest
        assert attested(one, honest) == []


@EACH
def test_a_body_that_is_no_stream_is_changed_whole(kind: str) -> None:
    whole = json.dumps({"choices": [{"message": {"tool_calls": [CALL]}}]}).encode()
    honest = body(whole[:20], whole[20:])
    head, told, end = said(played(fault("tool_call_corrupt", kind=kind), honest))
    assert (head, end) == (JSON, End())
    assert isinstance(told, Event)
    (call,) = json.loads(told.data)["choices"][0]["message"]["tool_calls"]
    assert call != CALL
    assert attested(fault("tool_call_corrupt", kind=kind), honest) == ["answered"]
