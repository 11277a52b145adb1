"""What the command line asks for."""

import pytest

from experiments.find import find_experiment
from experiments.incidents.read import incidents
from experiments.incidents.wish import Wish, read_wish
from experiments.reading.overrides import Overrides
from experiments.reading.problems import ExperimentError, UsageError
from experiments.reading.read import read_experiment

GCP = "gcp-2025-06-12-global-503"
TIMEOUT = "route.client.timeouts.first_token_s=7"


def sets(*texts: str) -> Overrides:
    return Overrides(sets=texts)


def test_an_experiment_alone_is_read_as_ever() -> None:
    found = read_wish(Wish(experiment="azure-outage"), Overrides(seed=9))
    assert found.incident is None
    assert (found.name, found.seed) == ("azure-outage", 9)


def test_an_incident_alone_happens_to_its_own_cloud() -> None:
    found = read_wish(Wish(incident=GCP), Overrides())
    assert found.name == GCP
    assert found.route.order == ("vertex", "vertex-region", "azure")


def test_an_incident_happens_to_the_experiment_that_is_named() -> None:
    named = read_experiment(find_experiment("azure-outage-no-breaker"))
    found = read_wish(Wish(experiment="azure-outage-no-breaker", incident=GCP), Overrides())
    assert found.route.breaker == named.route.breaker
    assert found.phases.recovery_s == named.phases.recovery_s
    assert found.route.order == ("azure", "azure-region", "vertex")
    assert found.file == named.file


@pytest.mark.parametrize("name", incidents())
def test_every_incident_can_happen_behind_a_gateway(name: str) -> None:
    found = read_wish(Wish(experiment="gateway-litellm-tuned", incident=name), Overrides())
    assert found.gateway is not None
    assert [one.name for one in found.endpoints] == ["azure", "vertex"]


def test_changes_are_made_to_what_they_are_of() -> None:
    found = read_wish(Wish(incident=GCP), sets(TIMEOUT, "gates=[user_errors <= 9 %]"))
    assert found.route.timeouts.first_token_s == 7
    assert found.gates == ("user_errors <= 9 %",)


def test_a_changed_load_changes_what_can_be_seen() -> None:
    slow = read_wish(Wish(incident=GCP), sets("load.poisson.rate_per_s=2"))
    usual = read_wish(Wish(incident=GCP), Overrides())
    assert slow.incident is not None
    assert usual.incident is not None
    assert len(slow.incident.notes) > len(usual.incident.notes)


def test_a_seed_and_faults_can_be_changed() -> None:
    found = read_wish(Wish(incident=GCP), Overrides(sets=("faults.0.share=0.5",), seed=7))
    assert (found.seed, found.faults[0].share) == (7, 0.5)


@pytest.mark.parametrize(
    ("wish", "changes", "said"),
    [
        (Wish(), (), "nothing to rehearse"),
        (Wish(experiment="azure-outage", speed=2), (), "--speed goes with --incident"),
        (Wish(experiment="azure-outage", maps=("a=b",)), (), "--map goes with --incident"),
        (Wish(incident="gcp"), (), "did you mean gcp-2025-06-12-global-503?"),
        (Wish(incident=GCP, experiment="azure-outag"), (), "did you mean azure-outage?"),
        (Wish(incident=GCP), ("phases.fault_s=9",), "--speed X says how fast"),
        (Wish(incident=GCP, maps=("failing=gcp",)), (), "no endpoint is called gcp"),
    ],
)
def test_wrong_usage_is_told(wish: Wish, changes: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_wish(wish, sets(*changes))


def test_a_wrong_change_names_itself() -> None:
    with pytest.raises(ExperimentError, match=r"--set faults\.0\.share=7"):
        read_wish(Wish(incident=GCP), sets("faults.0.share=7"))
