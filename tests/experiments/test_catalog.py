"""Every experiment of the catalogue can be read, planned and decided."""

import pytest

from experiments.find import catalog
from experiments.plan import plan_of
from experiments.reading.overrides import Overrides, read_overridden
from experiments.reading.read import read_experiment

NAMES = sorted(catalog())
WHOLE_RUN_S = 75.0


def test_the_catalogue_has_the_first_five() -> None:
    assert {
        "azure-outage",
        "azure-outage-no-breaker",
        "azure-hang",
        "vertex-quota",
        "midstream-cut",
    } <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [None, 2, 3, 4, 5])
def test_its_gates_can_be_decided_with_other_seeds_too(name: str, seed: int | None) -> None:
    experiment = read_overridden(catalog()[name], Overrides(seed=seed))
    assert plan_of(experiment).undecidable == ()


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_teaches_and_how_it_ends(name: str) -> None:
    first = catalog()[name].read_text().splitlines()[0]
    assert first.startswith("# ")
    assert "# What it teaches:" in catalog()[name].read_text()
    assert read_experiment(catalog()[name]).expect is not None


@pytest.mark.parametrize("name", NAMES)
def test_its_load_is_over_within_the_time_of_a_coffee(name: str) -> None:
    assert read_experiment(catalog()[name]).phases.load_s < WHOLE_RUN_S


def test_only_the_experiment_about_quotas_is_warned_about() -> None:
    warned = {name for name in NAMES if plan_of(read_experiment(catalog()[name])).warnings}
    assert warned == {"vertex-quota"}
