import math
from random import Random

import pytest

from faults.plain.toxic import Due, Ending
from faults.toxics.bandwidth import Bandwidth


def test_slices_of_a_tenth_of_a_second_follow_each_other() -> None:
    shaper = Bandwidth(rate=1).shaper(Random(1), None)
    due = list(shaper.take(bytes(250), 10.0))
    assert [len(one.data) for one in due] == [100, 100, 50]
    assert [one.at_s for one in due] == pytest.approx([10.1, 10.2, 10.25])
    assert list(shaper.end(10.0)) == [Due(due[-1].at_s, ending=Ending.FIN)]


def test_what_comes_later_waits_for_what_came_before() -> None:
    shaper = Bandwidth(rate=1).shaper(Random(1), None)
    list(shaper.take(bytes(100), 1.0))
    (second,) = shaper.take(bytes(100), 1.01)
    (third,) = shaper.take(bytes(100), 9.0)
    assert (second.at_s, third.at_s) == pytest.approx((1.2, 9.1))


def test_nothing_arrives_at_no_rate() -> None:
    shaper = Bandwidth(rate=0).shaper(Random(1), None)
    assert list(shaper.take(b"a", 1.0)) == [Due(math.inf, b"a")]
    assert list(shaper.end(1.0)) == [Due(math.inf, ending=Ending.FIN)]
