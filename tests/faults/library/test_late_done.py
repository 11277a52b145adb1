from tests.faults.honest import DONE, FINISH, attested, body, fault, played, said, stream

LATE = fault("late_done", delay_s=3)


def test_the_text_is_in_time_and_what_follows_it_late() -> None:
    play = played(LATE, stream(3))
    assert said(play) == stream(3)
    when = {repr(step): at_s for at_s, step in play.steps}
    assert (when[repr(FINISH)], when[repr(DONE)]) == (0.0, 3.0)
    assert attested(LATE, stream(3)) == ["delayed"]


def test_an_answer_without_a_finish_reason_is_left_alone() -> None:
    assert attested(LATE, [*stream(3)[:4], stream(3)[-1]]) == []
    assert attested(LATE, body(b"{}")) == []
