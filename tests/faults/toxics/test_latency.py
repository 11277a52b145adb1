from random import Random

from faults.plain.toxic import Due, Ending
from faults.toxics.latency import Latency


def test_each_piece_is_later_by_as_much_and_the_stream_as_fast() -> None:
    shaper = Latency(latency=100).shaper(Random(1), None)
    assert list(shaper.take(b"a", 1.0)) == [Due(1.1, b"a")]
    assert list(shaper.take(b"b", 1.05)) == [Due(1.05 + 0.1, b"b")]
    assert list(shaper.end(1.06)) == [Due(1.05 + 0.1, ending=Ending.FIN)]


def test_jitter_reorders_nothing_and_stays_within_its_bounds() -> None:
    shaper = Latency(latency=100, jitter=50).shaper(Random(1), None)
    delays = [next(iter(shaper.take(b"a", float(at)))).at_s - at for at in range(200)]
    assert all(0.05 <= delay <= 0.15 for delay in delays)
    assert max(delays) - min(delays) > 0.05
    close = [next(iter(shaper.take(b"a", 500 + at / 1e4))).at_s for at in range(200)]
    assert close == sorted(close)


def test_no_delay_is_below_nothing() -> None:
    shaper = Latency(latency=0, jitter=1000).shaper(Random(1), None)
    assert all(next(iter(shaper.take(b"a", float(at)))).at_s >= at for at in range(50))
