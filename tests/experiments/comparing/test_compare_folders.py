import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from experiments.comparing.compare_folders import compare_folders
from experiments.comparing.compare_sides import Answer
from experiments.reading.problems import UsageError
from loadgen.config import Breaker
from tests.experiments.scenario import experiment
from tests.experiments.sides import GATES, WITHOUT_BREAKER, side

NO_BREAKER = replace(
    experiment(*GATES), route=replace(experiment().route, breaker=Breaker(enabled=False))
)


def test_five_seeds_without_a_breaker_are_worse_than_five_with_one(tmp_path: Path) -> None:
    base = side(tmp_path, "base")
    new = side(tmp_path, "new", WITHOUT_BREAKER, of=NO_BREAKER)
    found = compare_folders(str(base), str(new))
    assert [row.metric for row in found.rows] == [
        "failover_time", "user_errors (fault)", "failback_time",
    ]  # fmt: skip
    time = found.rows[0]
    assert (found.exit_code, time.answer, time.effect) == (3, Answer.WORSE, math.inf)
    assert found.notes == ("the sides differ in route.client.breaker.enabled",)
    assert compare_folders(str(new), str(base)).rows[0].answer is Answer.NO_WORSE


def test_what_is_named_is_compared_instead_of_the_gates(tmp_path: Path) -> None:
    base, new = side(tmp_path, "base", seeds=(1,)), side(tmp_path, "new", seeds=(1,))
    found = compare_folders(str(base), str(new), ["amplification (fault)"])
    assert [row.metric for row in found.rows] == ["amplification (fault)"]
    assert found.exit_code == 4


def test_different_experiments_cannot_be_compared(tmp_path: Path) -> None:
    other = replace(NO_BREAKER, faults=(replace(NO_BREAKER.faults[0], duration_s=7.0),))
    base, new = side(tmp_path, "base", seeds=(1,)), side(tmp_path, "new", seeds=(1,), of=other)
    found = compare_folders(str(base), str(new))
    assert (found.answer, found.rows) == (Answer.CANNOT_TELL, ())
    assert "different experiments" in found.reasons[0]


def test_a_run_is_not_compared_with_itself(tmp_path: Path) -> None:
    base = side(tmp_path, "base", seeds=(1, 2))
    with pytest.raises(UsageError, match="on both sides"):
        compare_folders(str(base), str(base / "run-1"))
