from faults.steps import Event
from tests.faults.honest import attested, body, fault, played, said, stream, token

DROP = fault("token_drop", every=3)


def test_each_third_piece_of_the_text_is_missing() -> None:
    left = [step for step in said(played(DROP, stream(7))) if step not in (token(2), token(5))]
    assert said(played(DROP, stream(7))) == left
    assert len(stream(7)) - len(left) == 2
    assert attested(DROP, stream(7)) == ["withheld"]


def test_the_piece_that_finishes_the_answer_stays() -> None:
    last = Event(data=b"data: last\n\n", tokens=1, finish=True)
    honest = [*stream(2)[:4], last, stream(2)[-1]]
    assert said(played(DROP, honest)) == honest


def test_too_short_an_answer_and_a_body_are_left_alone() -> None:
    assert attested(DROP, stream(2)) == []
    assert attested(DROP, body(b"{}")) == []
