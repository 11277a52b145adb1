import pytest

from faults.steps import GoAway, Reset
from tests.faults.calls import call
from tests.faults.honest import attested, fault, played, said


def test_a_connection_that_drains_still_answers() -> None:
    assert said(played(fault("h2_goaway"), call(2))) == [GoAway(), *call(2)]
    assert attested(fault("h2_goaway"), call(2)) == ["reset"]


def test_a_stream_that_is_refused_is_never_asked() -> None:
    play = played(fault("h2_goaway", refuses=True, code="ENHANCE_YOUR_CALM"), call(2))
    assert said(play) == [GoAway(code=11, refuses=True), Reset(code=7)]
    assert not play.asked


@pytest.mark.parametrize("count", [0, 1])
def test_it_is_said_behind_exactly_so_many_messages_and_nothing_is_lost(count: int) -> None:
    told = said(played(fault("h2_goaway", after_messages=count), call(2)))
    assert told == [*call(2)[: 1 + count], GoAway(), *call(2)[1 + count :]]
