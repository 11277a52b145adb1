import pytest

from faults.steps import Event, Wait
from tests.faults.honest import attested, body, fault, played, said, stream


def test_the_head_comes_late_and_all_of_the_answer_behind_it() -> None:
    play = played(fault("slow_headers", delay_s=3), stream(2))
    assert said(play) == stream(2)
    assert {at_s for at_s, _ in play.steps} == {3}
    assert attested(fault("slow_headers", delay_s=3), stream(2)) == ["delayed"]


@pytest.mark.parametrize(("gap_s", "last_s"), [(1, 3), (5, 10)])
def test_the_provider_works_meanwhile(gap_s: float, last_s: float) -> None:
    play = played(fault("slow_headers", delay_s=3), stream(2, gap_s=gap_s))
    assert play.steps[-1][0] == last_s


def test_it_is_no_delay_of_a_body_that_takes_longer_than_its_head() -> None:
    honest = [*body()[:1], Wait(seconds=9), Event(data=b"{}"), *body()[1:]]
    assert played(fault("slow_headers", delay_s=3), honest).end_s == 9
