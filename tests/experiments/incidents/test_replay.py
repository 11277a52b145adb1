"""From a profile and an experiment to the experiment that replays it."""

import pytest

from experiments.incidents.read import incidents, read_profile
from experiments.incidents.replay import Pace, replayed
from experiments.incidents.wish import Wish, read_wish
from experiments.plan import plan_of
from experiments.reading.overrides import Overrides
from experiments.reading.problems import UsageError
from tests.experiments.incidents.given import base, profile

LONGEST_RUN_S = 180.0


@pytest.mark.parametrize("name", incidents())
def test_every_incident_can_be_planned_and_decided(name: str) -> None:
    plan = plan_of(read_wish(Wish(incident=name), Overrides()))
    assert plan.undecidable == ()
    assert plan.warnings == ()
    assert plan.experiment.phases.load_s <= LONGEST_RUN_S
    assert plan.experiment.incident is not None


@pytest.mark.parametrize("name", incidents())
def test_every_incident_happens_to_the_first_endpoint_unless_nobody_should_notice(
    name: str,
) -> None:
    one = read_profile(incidents()[name])
    experiment = read_wish(Wish(incident=name), Overrides())
    hits = [f for f in experiment.faults if not f.may_miss]
    assert bool(hits) != one.negative
    assert all(experiment.route.order[0] in fault.at for fault in hits)


@pytest.mark.parametrize("name", incidents())
def test_every_incident_can_happen_to_the_other_cloud(name: str) -> None:
    one = read_profile(incidents()[name])
    first, second = [role for role, of in one.roles.items() if not of.like]
    usual = read_wish(Wish(incident=name), Overrides())
    assert usual.incident is not None
    other = usual.incident.roles[second]
    swapped = read_wish(Wish(incident=name, maps=(f"{first}={other}",)), Overrides())
    assert swapped.route.order[0] == other
    assert len(swapped.faults) == len(usual.faults)


def test_it_takes_the_place_of_faults_and_gates_alone() -> None:
    done = replayed(profile(), base(), Pace())
    assert (done.load, done.route.timeouts) == (base().load, base().route.timeouts)
    assert done.phases.recovery_s == base().phases.recovery_s
    assert done.phases.fault_s == 120
    assert done.title.endswith("replayed 30 times as fast")


def test_it_says_what_it_replays_and_what_cannot_be_seen() -> None:
    done = replayed(profile(), base(), Pace(speed=600))
    assert done.incident is not None
    first, *others = done.incident.notes
    assert first.startswith("replays two-regions at speed 600: 60 minutes in 6 s; failing is azure")
    assert all("too short to observe" in note for note in others)
    assert (done.incident.speed, done.incident.roles["fallback"]) == (600, "vertex")


def test_what_is_injected_instead_is_told() -> None:
    instead = profile(("note: nothing answered", "note: none\n    instead: a 503 for a 502"))
    done = replayed(instead, base(), Pace())
    assert done.incident is not None
    assert done.incident.notes[-1] == "down: a 503 for a 502"


def test_what_fails_where_nobody_asks_is_told() -> None:
    done = replayed(profile(), base(), Pace(mapped={"failing": "vertex"}))
    assert done.incident is not None
    assert any("nothing fails at azure" in note for note in done.incident.notes)


def test_a_wrong_speed_is_refused() -> None:
    with pytest.raises(UsageError, match="--speed 0"):
        replayed(profile(), base(), Pace(speed=0))
