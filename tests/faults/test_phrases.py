from faults.phrases import until_token, whole_answer
from faults.rehearse import rehearse
from faults.steps import End, Event, Head, Reset, Script, Step
from providers.dialect import HttpAnswer
from tests.faults.honest import BUSY, EVENT_STREAM, JSON, body, stream, token


def kept(after_tokens: int, honest: list[Step]) -> tuple[list[Step], Event | None]:
    """Return what passes before the position, and the event kept in hand."""
    hand: list[Event | None] = [None]

    def script() -> Script:
        hand.append((yield from until_token(after_tokens)))
        yield Reset()

    return [step for _, step in rehearse(script(), honest).steps][:-1], hand[-1]


def test_a_whole_answer_is_head_body_and_end() -> None:
    answer = HttpAnswer(status=500, headers=(("a", "b"),), body=b"sorry")
    head = Head(status=500, headers=(("a", "b"),))
    assert list(whole_answer(answer)) == [head, Event(data=b"sorry"), End()]


def test_an_answer_without_a_body_has_no_event() -> None:
    assert list(whole_answer(HttpAnswer(status=500, headers=()))) == [Head(status=500), End()]


def test_the_token_beyond_the_position_is_kept_in_hand() -> None:
    assert kept(1, stream(3)) == (stream(3)[:3], token(1))


def test_events_without_tokens_pass_up_to_the_position() -> None:
    comment = Event(data=b": ping\n\n")
    honest: list[Step] = [EVENT_STREAM, comment, token(0), comment, token(1), End()]
    assert kept(1, honest) == (honest[:4], token(1))


def test_informational_heads_pass() -> None:
    honest = [Head(status=103), *stream(1)]
    assert kept(0, honest) == (honest[:3], token(0))


def test_the_name_and_value_of_the_content_type_may_be_in_any_case() -> None:
    head = Head(status=200, headers=(("CONTENT-TYPE", "Text/Event-Stream"),))
    assert kept(1, [head, token(0), token(1), End()]) == ([head, token(0)], token(1))


def test_the_first_bytes_of_any_other_body_are_beyond_every_position() -> None:
    piece = Event(data=b"{")
    assert kept(9, [JSON, Event(data=b""), piece, End()]) == ([JSON, Event(data=b"")], piece)
    assert kept(9, [Head(status=200), piece, End()]) == ([Head(status=200)], piece)


def test_a_refusal_holds_no_position() -> None:
    assert kept(0, [BUSY, Event(data=b"{}"), End()]) == ([BUSY], None)


def test_an_answer_that_ends_before_holds_no_position() -> None:
    assert kept(4, stream(3))[1] is None
    assert kept(0, [*body(), End()])[1] is None
    assert kept(0, [Reset()])[1] is None
