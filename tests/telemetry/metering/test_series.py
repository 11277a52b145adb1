"""Series add up by their attributes and keep the exemplars worth a look."""

from telemetry import names
from telemetry.metering.point import Exemplar, Number, Spread
from telemetry.metering.series import SECONDS, Counts, Spreads

OF_AZURE = ((names.EXCHANGE_SERVED_BY, "azure"),)


def exemplar(at_ns: int, value: float = 1.0) -> Exemplar:
    return Exemplar(value, at_ns, "0" * 31 + "1", "0" * 15 + "1")


def test_a_counter_adds_up_and_keeps_its_latest_exemplar() -> None:
    counts = Counts(names.EXCHANGES)
    counts.add(OF_AZURE, exemplar=exemplar(5))
    counts.add(OF_AZURE, 2, exemplar=exemplar(3))
    (point,) = counts.measured().points
    assert isinstance(point, Number)
    assert point.value == 3
    assert point.exemplar == exemplar(5)


def spread_of(*values: float) -> Spread:
    spreads = Spreads(names.EXCHANGE_WAIT)
    for at_ns, value in enumerate(values):
        spreads.record(OF_AZURE, value, exemplar=exemplar(at_ns, value))
    (point,) = spreads.measured().points
    assert isinstance(point, Spread)
    return point


def test_a_value_at_a_bound_belongs_to_the_bucket_that_it_ends() -> None:
    spread = spread_of(SECONDS[3], SECONDS[3] * 1.01, 1e9)
    assert spread.counts[3] == 1
    assert spread.counts[4] == 1
    assert spread.counts[-1] == 1
    assert (spread.count, spread.least, spread.largest) == (3, SECONDS[3], 1e9)


def test_a_slow_value_among_many_becomes_an_exemplar_and_an_ordinary_one_does_not() -> None:
    spread = spread_of(*[0.1] * 40, 9.0)
    assert [one.value for one in spread.exemplars.values()] == [9.0]
