from faults.phrases import takes_comments, whole_answer
from faults.steps import End, Event, Head
from providers.dialect import HttpAnswer
from tests.faults.honest import EVENT_STREAM, JSON


def test_a_whole_answer_is_head_body_and_end() -> None:
    answer = HttpAnswer(status=500, headers=(("a", "b"),), body=b"sorry")
    head = Head(status=500, headers=(("a", "b"),))
    assert list(whole_answer(answer)) == [head, Event(data=b"sorry"), End()]


def test_an_answer_without_a_body_has_no_event() -> None:
    assert list(whole_answer(HttpAnswer(status=500, headers=()))) == [Head(status=500), End()]


def test_server_sent_events_alone_take_comments() -> None:
    assert takes_comments(EVENT_STREAM)
    assert not takes_comments(JSON)
    assert not takes_comments(Head(status=200, headers=(("content-type", "application/grpc"),)))
