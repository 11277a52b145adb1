import pytest

from faults.steps import End, Step
from tests.faults.honest import (
    DONE,
    EVENT_STREAM,
    FINISH,
    attested,
    body,
    fault,
    played,
    said,
    stream,
    token,
)

LATE = fault("late_done", delay_s=7)


def test_text_and_finish_reason_come_in_time_and_done_late() -> None:
    play = played(LATE, stream(2))
    assert said(play) == stream(2)
    late = [step for at_s, step in play.steps if at_s == 7]
    assert late == [DONE, End()]
    assert attested(LATE, stream(2)) == ["delayed"]


def test_where_there_is_no_done_the_end_is_late() -> None:
    honest: list[Step] = [EVENT_STREAM, token(0), FINISH, End()]
    play = played(LATE, honest)
    assert [step for at_s, step in play.steps if at_s == 7] == [End()]


@pytest.mark.parametrize("honest", [body(b"{}"), [EVENT_STREAM, token(0), End()]])
def test_a_body_or_a_stream_that_never_finishes_passes(honest: list[Step]) -> None:
    assert attested(LATE, honest) == []
