from random import Random

from faults.plain.toxic import Due, Ending
from faults.toxics.timeout import Timeout


def test_everything_is_dropped_and_the_connection_closed() -> None:
    shaper = Timeout(timeout=250).shaper(Random(1), None)
    assert list(shaper.begin(1.0)) == [Due(1.25, ending=Ending.CLOSE)]
    assert list(shaper.take(b"a", 1.0)) == []
    assert list(shaper.end(1.1)) == [Due(1.1, ending=Ending.CLOSE)]
    assert shaper.spoiled


def test_without_a_time_nothing_is_due() -> None:
    assert list(Timeout().shaper(Random(1), None).begin(1.0)) == []
