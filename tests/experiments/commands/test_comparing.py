"""`compare` on finished runs that no process made."""

import json
from pathlib import Path

import pytest

from tests.experiments.commands.asking import Crosswind
from tests.experiments.scenario import record, with_breaker
from tests.experiments.sides import WITHOUT_BREAKER, side


def test_worse_runs_exit_3_and_are_written_down(tmp_path: Path, crosswind: Crosswind) -> None:
    base, new = side(tmp_path, "base"), side(tmp_path, "new", WITHOUT_BREAKER)
    file = tmp_path / "comparison.json"
    said = crosswind("compare", base, new, "--json", file)
    assert said.code == 3, said.err
    assert "WORSE (exit 3)" in said.out
    assert "at most 1 in 32" in said.out
    told = json.loads(file.read_text())
    assert told["rows"][0]["differences"] == ["inf"] * 5
    assert [pair["seed"] for pair in told["pairs"]] == [1, 2, 3, 4, 5]


def test_equal_runs_exit_0(tmp_path: Path, crosswind: Crosswind) -> None:
    said = crosswind("compare", side(tmp_path, "base"), side(tmp_path, "new"))
    assert said.code == 0
    assert "NO WORSE (exit 0)" in said.out


def test_four_pairs_exit_4(tmp_path: Path, crosswind: Crosswind) -> None:
    new = side(tmp_path, "new", WITHOUT_BREAKER, seeds=(2, 3, 4, 5, 6))
    said = crosswind("compare", side(tmp_path, "base"), new)
    assert said.code == 4
    assert "4 pairs of runs" in said.out
    assert "has no partner" in said.out


def test_an_inconclusive_run_among_them_exits_4(tmp_path: Path, crosswind: Crosswind) -> None:
    new = side(tmp_path, "new", seeds=(1, 2, 3, 4))
    hollow = record(with_breaker(), without=["run_end"])
    side(tmp_path, "other", hollow, seeds=(5,)).joinpath("run-0").rename(new / "run-9")
    said = crosswind("compare", side(tmp_path, "base"), new)
    assert said.code == 4
    assert "run-9 is INCONCLUSIVE" in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere", "nowhere"), "no run folder"),
        (("base", "base"), "on both sides"),
        (("base", "new", "--metric", "failover_tim"), "did you mean failover_time?"),
        (("base", "new", "--json", "no/such/folder.json"), "cannot be written"),
        (("base",), "NEW"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_wrong(
    words: tuple[str, ...],
    told: str,
    tmp_path: Path,
    crosswind: Crosswind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    side(tmp_path, "base", seeds=(1,))
    side(tmp_path, "new", seeds=(1,))
    monkeypatch.chdir(tmp_path)
    said = crosswind("compare", *words)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err


def test_rows_that_cannot_be_read_are_wrong_usage(tmp_path: Path, crosswind: Crosswind) -> None:
    base, new = side(tmp_path, "base", seeds=(1,)), side(tmp_path, "new", seeds=(1,))
    (new / "run-0" / "spans" / "attempts.parquet").write_text("not parquet")
    said = crosswind("compare", base, new)
    assert said.code == 2
    assert "cannot be read" in said.err
