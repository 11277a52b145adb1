from random import Random

from faults.plain.toxic import Due, Ending
from faults.toxics.limit_data import LimitData

CLOSE = Due(1.0, ending=Ending.CLOSE)


def test_so_many_bytes_pass_and_then_the_connection_closes() -> None:
    shaper = LimitData(bytes=5).shaper(Random(1), None)
    assert list(shaper.take(b"abc", 1.0)) == [Due(1.0, b"abc")]
    assert list(shaper.take(b"def", 1.0)) == [Due(1.0, b"de"), CLOSE]


def test_a_changed_limit_counts_on() -> None:
    former = LimitData(bytes=5).shaper(Random(1), None)
    list(former.take(b"abc", 1.0))
    shaper = LimitData(bytes=4).shaper(Random(1), former)
    assert list(shaper.take(b"def", 1.0)) == [Due(1.0, b"d"), CLOSE]


def test_no_byte_at_all() -> None:
    assert list(LimitData().shaper(Random(1), None).take(b"a", 1.0)) == [CLOSE]
