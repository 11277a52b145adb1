from pathlib import Path
from random import Random
from statistics import median

import pytest

from loadgen.config import Lengths, Load
from loadgen.plan import describe, draw, plan, share

LOAD = Load(arrivals={"poisson": {"rate_per_s": 20}})


def test_exchanges_are_numbered_from_zero_in_order_of_time() -> None:
    planned = plan(LOAD, seed=1, duration_s=10)
    assert [p.number for p in planned] == list(range(len(planned)))
    assert sorted(p.at_s for p in planned) == [p.at_s for p in planned]


def test_another_seed_is_another_plan() -> None:
    assert plan(LOAD, seed=1, duration_s=10) != plan(LOAD, seed=2, duration_s=10)


def test_lengths_of_other_size_leave_the_times_alone() -> None:
    longer = Load(arrivals=LOAD.arrivals, output_tokens=Lengths(median=900, sigma=1))
    times = [p.at_s for p in plan(LOAD, seed=1, duration_s=10)]
    assert [p.at_s for p in plan(longer, seed=1, duration_s=10)] == times


def test_lengths_are_drawn_around_the_median_and_cut() -> None:
    dice = Random(1)
    drawn = [draw(Lengths(median=300, sigma=0.6, max=1000), dice) for _ in range(2000)]
    assert median(drawn) == pytest.approx(300, rel=0.06)
    assert max(drawn) == 1000
    assert min(drawn) >= 1


def test_a_length_without_spread_is_constant() -> None:
    assert {draw(Lengths(median=7), Random(n)) for n in range(5)} == {7}


def test_a_traces_own_token_counts_win(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "TIMESTAMP,ContextTokens,GeneratedTokens\n"
        "2023-11-16 18:00:00,374,44\n2023-11-16 18:00:01,0,0\n"
    )
    first, second = plan(Load(arrivals={"trace": {"file": str(path)}}), seed=1, duration_s=10)
    assert (first.prompt_tokens, first.output_tokens) == (374, 44)
    assert (second.prompt_tokens, second.output_tokens) == (1, 1)


def test_a_worker_gets_whole_replicas() -> None:
    planned = plan(LOAD, seed=1, duration_s=10)
    mine = share(planned, clients=4, index=1, count=2)
    assert {p.number % 4 for p in mine} == {1, 3}


@pytest.mark.parametrize(("clients", "count"), [(1, 1), (4, 1), (4, 2), (4, 3), (4, 4), (7, 5)])
def test_workers_send_together_what_one_would_and_nothing_twice(clients: int, count: int) -> None:
    planned = plan(LOAD, seed=1, duration_s=10)
    shares = [share(planned, clients=clients, index=i, count=count) for i in range(count)]
    assert all(shares)
    assert sorted((p for one in shares for p in one), key=lambda p: p.number) == list(planned)


def test_the_arrivals_are_described_in_words() -> None:
    assert describe(LOAD, duration_s=10) == "Poisson arrivals, 20 per second on average"
