from random import Random

from faults.plain.toxic import Due, Ending
from faults.toxics.reset_peer import ResetPeer


def test_the_first_word_breaks_the_connection_once() -> None:
    shaper = ResetPeer(timeout=100).shaper(Random(1), None)
    assert not shaper.spoiled
    assert list(shaper.begin(1.0)) == []
    assert list(shaper.take(b"a", 2.0)) == [Due(2.1, ending=Ending.RESET)]
    assert list(shaper.take(b"b", 2.05)) == []
    assert shaper.spoiled


def test_an_end_is_a_word_too() -> None:
    shaper = ResetPeer().shaper(Random(1), None)
    assert list(shaper.end(1.0)) == [Due(1.0, ending=Ending.RESET)]
