from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from loadgen.arrival import Arrivals
from loadgen.arrivals.constant import Constant
from loadgen.arrivals.poisson import Poisson
from loadgen.config import Load
from loadgen.plan import plan, share

rates = st.floats(min_value=0.1, max_value=200)
durations = st.floats(min_value=0.0, max_value=5.0)
seeds = st.integers(min_value=0, max_value=2**32)


def processes() -> Iterator[type[Constant | Poisson]]:
    yield Constant
    yield Poisson


@given(kind=st.sampled_from(list(processes())), rate=rates, duration_s=durations, seed=seeds)
def test_arrivals_lie_in_the_duration_in_order(
    kind: type[Constant | Poisson], rate: float, duration_s: float, seed: int
) -> None:
    process: Arrivals = kind(rate_per_s=rate)
    times = [arrival.at_s for arrival in process.times(Random(seed), duration_s)]
    assert all(0 <= at_s < duration_s for at_s in times)
    assert sorted(times) == times


@given(rate=rates, duration_s=durations, seed=seeds)
def test_the_same_seed_is_the_same_plan_and_another_length_only_adds(
    rate: float, duration_s: float, seed: int
) -> None:
    load = Load(arrivals={"poisson": {"rate_per_s": rate}})
    planned = plan(load, seed=seed, duration_s=duration_s)
    assert plan(load, seed=seed, duration_s=duration_s) == planned
    assert plan(load, seed=seed, duration_s=duration_s + 1)[: len(planned)] == planned


@given(
    rate=rates,
    seed=seeds,
    clients=st.integers(min_value=1, max_value=8),
    count=st.integers(min_value=1, max_value=8),
)
def test_workers_together_send_the_plan_once_whatever_their_number(
    rate: float, seed: int, clients: int, count: int
) -> None:
    planned = plan(Load(arrivals={"poisson": {"rate_per_s": rate}}), seed=seed, duration_s=2)
    shares = [share(planned, clients=clients, index=i, count=count) for i in range(count)]
    together = sorted((p for each in shares for p in each), key=lambda p: p.number)
    assert tuple(together) == planned


@given(seed=seeds, clients=st.integers(min_value=1, max_value=8), count=st.integers(1, 8))
def test_a_replica_belongs_to_one_worker(seed: int, clients: int, count: int) -> None:
    planned = plan(Load(arrivals={"constant": {"rate_per_s": 20}}), seed=seed, duration_s=1)
    owners: dict[int, set[int]] = {}
    for index in range(count):
        for p in share(planned, clients=clients, index=index, count=count):
            owners.setdefault(p.number % clients, set()).add(index)
    assert all(len(workers) == 1 for workers in owners.values())
