import math
from collections.abc import Sequence

import pytest

from experiments.comparing.compare_quantity import Measured, quantities
from experiments.comparing.compare_runs import RunFigures
from experiments.comparing.compare_sides import Answer, Comparison, compare, paired, refused
from telemetry.figure import Figure

INF = math.inf
TIME = quantities(["failover_time <= 5 s"])
BOTH = quantities(["failover_time <= 5 s", "user_errors (fault) <= 1 %"])


def figures(
    seed: int, *values: float | None, name: str = "", why_not: str = "", observed_s: float = INF
) -> RunFigures:
    measured = tuple(
        Measured(figure=Figure(value=v, samples=60, reason="why", observed_s=observed_s), limit=5.0)
        for v in values
    )
    verdict = "INCONCLUSIVE" if why_not else "PASS"
    return RunFigures(
        run=name or f"run-{seed}", seed=seed, verdict=verdict, measured=measured, why_not=why_not
    )


def runs(values: Sequence[float | None], **told: float) -> list[RunFigures]:
    return [figures(seed, value, **told) for seed, value in enumerate(values)]  # type: ignore[arg-type]


def answer(base: Sequence[float | None], new: Sequence[float | None]) -> Comparison:
    return compare(runs(base), runs(new), TIME)


def test_five_pairs_with_a_clear_difference_are_found() -> None:
    found = answer([1.0, 1.2, 0.9, 1.1, 1.0], [2.0, 2.1, 2.2, 1.9, 2.0])
    (row,) = found.rows
    assert (found.answer, found.exit_code) == (Answer.WORSE, 3)
    assert row.p == 1 / 32
    assert (row.base, row.new) == (1.0, 2.0)
    assert row.effect == pytest.approx(1.0)
    assert (row.low, row.high) == pytest.approx((0.8, 1.3))
    assert row.confidence == 30 / 32


def test_better_is_no_worse() -> None:
    assert answer([2.0] * 5, [1.0] * 5).exit_code == 0


def test_equal_sides_are_no_worse() -> None:
    found = answer([1.0, INF, 0.9, 1.1, 1.0], [1.0, INF, 0.9, 1.1, 1.0])
    assert (found.answer, found.exit_code, found.rows[0].p) == (Answer.NO_WORSE, 0, 1.0)


def test_one_pair_the_other_way_is_doubt_enough_for_five() -> None:
    assert answer([1.0] * 5, [2.0, 2.0, 2.0, 2.0, 0.9]).answer is Answer.NO_WORSE


def test_never_against_a_number_is_worse() -> None:
    found = answer([1.0] * 5, [INF] * 5)
    assert (found.exit_code, found.rows[0].effect) == (3, INF)


@pytest.mark.parametrize("pairs", [0, 1, 4])
def test_fewer_than_five_pairs_cannot_tell(pairs: int) -> None:
    found = answer([1.0] * pairs, [9.0] * pairs)
    assert (found.answer, found.exit_code) == (Answer.CANNOT_TELL, 4)
    assert found.reasons[0].startswith(f"{pairs} pair")
    assert found.rows[0].p is None


def test_a_run_that_does_not_count_is_named_and_nothing_can_be_told() -> None:
    new = [*runs([9.0] * 4), figures(4, 9.0, name="bad", why_not="rows were lost")]
    found = compare(runs([1.0] * 5), new, TIME)
    assert (found.exit_code, found.reasons) == (4, ("bad is INCONCLUSIVE: rows were lost",))


def test_one_unknown_figure_makes_its_metric_unknown() -> None:
    found = answer([1.0] * 5, [9.0, 9.0, None, 9.0, 9.0])
    assert (found.exit_code, found.reasons) == (4, ())
    assert found.rows[0].answer is Answer.CANNOT_TELL
    assert found.rows[0].reason == "unknown in run-2: why"


def test_what_is_worse_outranks_what_is_unknown() -> None:
    base = [figures(seed, 1.0, None) for seed in range(5)]
    new = [figures(seed, 9.0, None) for seed in range(5)]
    found = compare(base, new, BOTH)
    assert [row.answer for row in found.rows] == [Answer.WORSE, Answer.CANNOT_TELL]
    assert found.exit_code == 3


def test_what_was_not_looked_for_long_enough_is_unknown() -> None:
    new = [figures(seed, INF, observed_s=3.0) for seed in range(5)]
    assert compare(runs([4.0] * 5), new, TIME).rows[0].answer is Answer.CANNOT_TELL
    assert compare(runs([2.0] * 5), new, TIME).rows[0].answer is Answer.WORSE
    assert compare(runs([INF] * 5), new, TIME).rows[0].answer is Answer.NO_WORSE


def test_less_is_worse_where_the_sign_says_so() -> None:
    continuity = quantities(["trace_continuity"])
    assert compare(runs([99.0] * 5), runs([50.0] * 5), continuity).exit_code == 3
    assert compare(runs([50.0] * 5), runs([99.0] * 5), continuity).exit_code == 0


def test_differences_are_weighed_by_the_limits() -> None:
    # 0.5 s of a limit of 5 s is small noise beside 4 of a limit of 1.
    values = [(0.5, 9.0), (-0.5, 9.0), (0.5, 9.0), (-0.5, 9.0), (0.5, 9.0)]
    base = [figures(seed, 1.0, 1.0) for seed in range(5)]
    new = [figures(seed, 1.0 + time, errors) for seed, (time, errors) in enumerate(values)]
    found = compare(base, new, BOTH)
    assert [row.answer for row in found.rows] == [Answer.NO_WORSE, Answer.WORSE]


def test_runs_are_paired_by_seed_and_the_rest_is_told() -> None:
    base = [figures(2, 1.0, name="b2"), figures(1, 1.0, name="b1"), figures(1, 1.0, name="b1'")]
    new = [figures(1, 1.0, name="n1"), figures(3, 1.0, name="n3"), figures(2, 1.0, name="n2")]
    pairs, notes = paired(base, new)
    assert [(p.seed, p.base.run, p.new.run) for p in pairs] == [(1, "b1", "n1"), (2, "b2", "n2")]
    assert notes == (
        "b1' (seed 1) has no partner and is left out",
        "n3 (seed 3) has no partner and is left out",
    )


def test_a_refusal_cannot_tell() -> None:
    found = refused("different")
    assert (found.exit_code, found.reasons) == (4, ("different",))
    assert "1 in 32" in found.test
