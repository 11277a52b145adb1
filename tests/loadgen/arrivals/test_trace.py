from pathlib import Path
from random import Random

import pytest

from loadgen.arrival import Arrival
from loadgen.arrivals.trace import Trace
from loadgen.catalog import make_arrivals
from loadgen.traces import TraceError


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Ten rows, two seconds apart; row n has n + 1 prompt and n + 100 output tokens."""
    path = tmp_path / "small.csv"
    rows = [f"2023-11-16 18:00:{n * 2:02d}.0000000,{n + 1},{n + 100}" for n in range(10)]
    path.write_text("\n".join(["TIMESTAMP,ContextTokens,GeneratedTokens", *rows]))
    return str(path)


def arrivals(trace: Trace, duration_s: float) -> list[Arrival]:
    return list(trace.times(Random(1), duration_s))


def test_without_a_speed_arrivals_come_as_recorded(file: str) -> None:
    assert [a.at_s for a in arrivals(Trace(file=file), 7)] == [0, 2, 4, 6]


def test_token_counts_are_the_recorded_ones(file: str) -> None:
    first, second = arrivals(Trace(file=file), 3)
    assert (first.prompt_tokens, first.output_tokens) == (1, 100)
    assert (second.prompt_tokens, second.output_tokens) == (2, 101)


def test_speed_shrinks_the_gaps(file: str) -> None:
    assert [a.at_s for a in arrivals(Trace(file=file, speed=4), 2)] == [0, 0.5, 1, 1.5]


def test_a_trace_that_is_over_early_leaves_the_rest_empty(file: str) -> None:
    assert len(arrivals(Trace(file=file, speed=10), 60)) == 10


def test_a_rate_chooses_the_speed_that_gives_exactly_that_mean_rate(file: str) -> None:
    trace = Trace(file=file, rate_per_s=2)
    assert trace.replay(4).speed == pytest.approx(4)
    assert len(arrivals(trace, 4)) == 8
    assert trace.mean_rate_per_s(4) == 2


def test_the_chosen_speed_is_told(file: str) -> None:
    told = Trace(file=file, rate_per_s=2).describe(4)
    assert "8 recorded arrivals" in told
    assert "at 4 x (chosen for 2 per second)" in told


def test_a_given_speed_is_told_as_given(file: str) -> None:
    told = Trace(file=file, speed=4, rate_per_s=2).describe(2)
    assert "at 4 x: 2 per second" in told


def test_a_slice_by_seconds(file: str) -> None:
    trace = Trace(file=file, start_s=3, take_s=5)
    assert [a.prompt_tokens for a in arrivals(trace, 60)] == [3, 4, 5]
    assert arrivals(trace, 60)[0].at_s == 0


def test_a_slice_by_rows(file: str) -> None:
    trace = Trace(file=file, skip_rows=4, take_rows=2)
    assert [a.prompt_tokens for a in arrivals(trace, 60)] == [5, 6]


def test_a_slice_too_short_for_the_rate_says_how_many_rows_are_needed(file: str) -> None:
    with pytest.raises(TraceError, match="has 10 rows; 3 per second for 4 s needs 13"):
        Trace(file=file, rate_per_s=3).replay(4)


def test_an_empty_slice_is_refused(file: str) -> None:
    with pytest.raises(TraceError, match="no rows"):
        Trace(file=file, start_s=100).replay(4)


@pytest.mark.parametrize("wrong", [{"speed": 0}, {"rate_per_s": -1}, {"start_s": -1}])
def test_parameters_under_which_nothing_arrives_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        make_arrivals({"trace": {"file": "any", **wrong}})
