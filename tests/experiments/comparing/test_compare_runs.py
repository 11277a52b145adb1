from pathlib import Path

import pytest
from msgspec.structs import replace

from experiments.comparing.compare_quantity import quantities
from experiments.comparing.compare_runs import (
    Run,
    changed,
    differing,
    figures_of_run,
    runs_of,
    unlike,
)
from experiments.model import Experiment
from experiments.reading.problems import UsageError
from loadgen.config import Breaker, Route
from tests.experiments.scenario import experiment, record, with_breaker
from tests.experiments.sides import WITHOUT_BREAKER, side


def run(of: Experiment, name: str = "r") -> Run:
    return Run(path=Path(name), experiment=of)


def test_a_side_is_a_folder_of_runs_a_run_or_a_pattern(tmp_path: Path) -> None:
    folder = side(tmp_path, "base", seeds=(3, 4))
    assert [found.seed for found in runs_of(str(folder))] == [3, 4]
    assert [found.seed for found in runs_of(str(folder / "run-1"))] == [4]
    assert [found.seed for found in runs_of(str(tmp_path / "b*" / "run-*"))] == [3, 4]


@pytest.mark.parametrize("name", ["nowhere", "no*", "."])
def test_where_no_run_is_it_says_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no run folder"):
        runs_of(name)


def test_a_failed_run_counts_and_an_inconclusive_one_says_why_not(tmp_path: Path) -> None:
    wanted = quantities(["failover_time"])
    (failed,) = runs_of(str(side(tmp_path, "failed", WITHOUT_BREAKER, seeds=(1,))))
    found = figures_of_run(failed, wanted)
    assert (found.verdict, found.why_not, found.seed) == ("FAIL", "", 1)
    hollow = record(with_breaker(), without=["run_end"])
    (unended,) = runs_of(str(side(tmp_path, "unended", hollow, seeds=(2,))))
    found = figures_of_run(unended, wanted)
    assert found.verdict == "INCONCLUSIVE"
    assert found.why_not


def test_an_aborted_run_does_not_count(tmp_path: Path) -> None:
    stopped = record(with_breaker(), aborted="Ctrl-C")
    (aborted,) = runs_of(str(side(tmp_path, "aborted", stopped, seeds=(1,))))
    assert figures_of_run(aborted, ()).why_not == "Ctrl-C"


def test_the_system_may_differ_between_the_sides_and_is_named() -> None:
    one = experiment()
    other = replace(one, route=Route(order=one.route.order, breaker=Breaker(enabled=False)))
    assert unlike([run(one)], [run(other)]) == ""
    assert changed([run(one)], [run(other)]) == ("route.client.breaker.enabled",)


def test_seeds_names_and_ports_are_no_difference() -> None:
    one = experiment()
    elsewhere = tuple(replace(e, listen="127.0.0.1:9") for e in one.endpoints)
    other = replace(one, seed=9, title="another title", endpoints=elsewhere)
    assert differing(one, other) == []


def test_another_load_is_another_experiment() -> None:
    one = experiment()
    other = replace(one, load=replace(one.load, arrivals={"constant": {"rate_per_s": 9.0}}))
    assert "different experiments: load.constant.rate_per_s" in unlike([run(one)], [run(other)])


def test_within_a_side_nothing_but_the_seed_may_differ() -> None:
    one = experiment()
    other = replace(one, route=Route(order=one.route.order, breaker=Breaker(enabled=False)))
    said = unlike([run(one, "a"), run(other, "b")], [run(one)])
    assert said == "b and a are of one side and differ in route.client.breaker.enabled"
