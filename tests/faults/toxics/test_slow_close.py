from random import Random

from faults.plain.toxic import Due, Ending
from faults.toxics.slow_close import SlowClose


def test_the_end_alone_is_late() -> None:
    shaper = SlowClose(delay=500).shaper(Random(1), None)
    assert list(shaper.take(b"a", 1.0)) == [Due(1.0, b"a")]
    assert list(shaper.end(2.0)) == [Due(2.5, ending=Ending.FIN)]
