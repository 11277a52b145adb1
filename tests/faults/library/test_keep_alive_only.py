import msgspec
import pytest

from faults.steps import Event, Step
from tests.faults.honest import BUSY, attested, body, fault, played, said, stream

COMMENT = Event(data=b": keep-alive\n\n")
SEVEN = fault("keep_alive_only", interval_s=2, seconds=7)


def test_comments_come_behind_the_head_and_the_rest_when_they_end() -> None:
    play = played(SEVEN, stream(2))
    assert said(play) == [stream(2)[0], *[COMMENT] * 4, *stream(2)[1:]]
    assert [at_s for at_s, step in play.steps if step == COMMENT] == [0.0, 2.0, 4.0, 6.0]
    assert {at_s for at_s, step in play.steps if step in stream(2)[1:]} == {7.0}
    assert attested(SEVEN, stream(2)) == ["answered"]


def test_an_interval_that_fits_leaves_no_pause_over() -> None:
    one = fault("keep_alive_only", interval_s=0.1, seconds=0.3)
    assert said(played(one, stream(1))).count(COMMENT) == 3
    assert played(one, stream(1)).end_s == pytest.approx(0.3)


def test_the_provider_goes_on_speaking_meanwhile() -> None:
    play = played(SEVEN, stream(2, gap_s=3))
    assert play.end_s == 7


def test_no_time_is_no_touch() -> None:
    assert attested(fault("keep_alive_only", seconds=0), stream(1)) == []


def test_what_is_no_stream_passes() -> None:
    refused: list[Step] = [BUSY, *body(b"{}")[1:]]
    assert attested(SEVEN, body(b"{}")) == []
    assert attested(SEVEN, refused) == []


@pytest.mark.parametrize("interval_s", [0, -1, 0.001, float("inf")])
def test_comments_without_a_pause_between_them_are_refused(interval_s: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("keep_alive_only", interval_s=interval_s)
