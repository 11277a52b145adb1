import json

from faults.steps import End, Event, Step
from tests.faults.honest import BUSY, EVENT_STREAM, JSON, attested, body, fault, played, said


def openai(text: str, *, finish: str | None = None) -> Event:
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    data = json.dumps({"choices": [choice]}).encode()
    return Event(data=b"data: " + data + b"\n\n", tokens=int(bool(text)), finish=bool(finish))


USAGE = Event(data=b'data: {"choices":[],"usage":{"total_tokens":9}}\n\n')
DONE = Event(data=b"data: [DONE]\n\n")
STREAM: list[Step] = [
    EVENT_STREAM,
    *(openai(f"{index} ") for index in range(6)),
    openai("", finish="stop"),
    USAGE,
    DONE,
    End(),
]


def events(steps: list[Step]) -> list[bytes]:
    return [step.data for step in steps if isinstance(step, Event)]


def test_a_stream_finishes_where_it_is_told_with_its_usage_and_its_end() -> None:
    early = fault("finish_early", after_tokens=2, reason="length")
    got = said(played(early, STREAM))
    assert got[:3] == STREAM[:3]
    assert got[-3:] == [USAGE, DONE, End()]
    (own,) = events(got[3:-3])
    (choice,) = json.loads(own[6:])["choices"]
    assert (choice["finish_reason"], choice["delta"]) == ("length", {})
    assert attested(early, STREAM) == ["answered"]


def test_a_body_finishes_without_its_text() -> None:
    said_ = {"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}
    got = said(
        played(fault("finish_early", reason="content_filter"), body(json.dumps(said_).encode()))
    )
    assert got[0] == JSON
    (choice,) = json.loads(events(got)[0])["choices"]
    assert choice == {"message": {"content": None}, "finish_reason": "content_filter"}


def test_an_answer_that_is_shorter_and_a_refusal_are_left_alone() -> None:
    assert attested(fault("finish_early", after_tokens=6), STREAM) == []
    assert attested(fault("finish_early"), [BUSY, *body(b"{}")[1:]]) == []
