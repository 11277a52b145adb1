"""Laws of replaying: time compression scales fault windows, and nothing that a client waits."""

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from experiments.incidents.incident import Profile
from experiments.incidents.pace import default_speed
from experiments.incidents.read import incidents, read_profile
from experiments.incidents.replay import Pace, replayed
from experiments.incidents.steps import POOL_S
from experiments.model import Experiment, Fault
from experiments.reading.document import parse_document
from experiments.reading.read import experiment_of
from experiments.reading.resolved import resolved_yaml
from experiments.reading.shape import RunShape
from tests.experiments.incidents.given import base

PROFILES = [read_profile(path) for path in incidents().values()]
NEAR_S = 0.002
"""Times are told to the millisecond, at both ends of a window."""

profiles = st.sampled_from(PROFILES)
slower = st.floats(min_value=0.2, max_value=1.0)


def at(profile: Profile, part: float) -> Experiment:
    return replayed(profile, base(), Pace(speed=default_speed(profile) * part))


def covered(faults: tuple[Fault, ...], speed: float) -> dict[str, tuple[float, float]]:
    """Return from when to when each phase of the incident is under its faults, in its minutes."""
    found: dict[str, tuple[float, float]] = {}
    for fault in faults:
        phase = fault.group.rsplit("-", 1)[0] if fault.group[-1].isdigit() else fault.group
        start, end = found.get(phase, (float("inf"), 0.0))
        end_s = fault.start_s + fault.duration_s
        found[phase] = (min(start, fault.start_s * speed / 60), max(end, end_s * speed / 60))
    return found


@given(profiles, slower)
def test_windows_are_at_the_same_minutes_of_the_incident_at_any_speed(
    profile: Profile, part: float
) -> None:
    usual, slow = at(profile, 1), at(profile, part)
    assert usual.incident is not None
    assert slow.incident is not None
    first = covered(usual.faults, usual.incident.speed)
    second = covered(slow.faults, slow.incident.speed)
    assert first.keys() == second.keys()
    near_min = NEAR_S * usual.incident.speed / 60
    for phase, (start, end) in first.items():
        assert abs(start - second[phase][0]) <= near_min
        assert abs(end - second[phase][1]) <= near_min


@given(profiles, slower)
def test_nothing_but_windows_depends_on_speed(profile: Profile, part: float) -> None:
    usual, slow = at(profile, 1), at(profile, part)
    assert slow.route == usual.route
    assert slow.load == usual.load
    assert slow.endpoints == usual.endpoints
    assert replace(slow.phases, fault_s=0) == replace(usual.phases, fault_s=0)


def kinds(experiment: Experiment) -> set[str]:
    """Return every fault with its parameters, but for room, which a staircase may cut finer."""
    return {
        repr(
            {
                name: {k: v for k, v in p.items() if k != "concurrent"}
                for name, p in f.inject.items()
            }
        )
        for f in experiment.faults
    }


@given(profiles, slower)
def test_what_a_fault_itself_asks_to_wait_is_not_scaled(profile: Profile, part: float) -> None:
    assert kinds(at(profile, part)) == kinds(at(profile, 1))


@given(profiles, st.floats(min_value=0.2, max_value=4.0))
def test_every_window_lies_within_the_fault_phase(profile: Profile, part: float) -> None:
    found = at(profile, part)
    for fault in found.faults:
        end_s = fault.start_s + fault.duration_s
        assert 0 <= fault.start_s < end_s <= found.phases.fault_s
        assert 0 <= fault.share <= 1
        assert fault.ramp_s <= fault.duration_s


@given(profiles, st.floats(min_value=0.2, max_value=4.0))
def test_a_replay_is_an_experiment_that_can_be_read(profile: Profile, part: float) -> None:
    found = at(profile, part)
    run = RunShape(run_tag="0a1b2c3d", run_id="r", name=found.name, file=found.file)
    assert experiment_of(parse_document(resolved_yaml(found, run), "experiment.yaml")) == found


@given(profiles, st.floats(min_value=0.5, max_value=20.0))
def test_at_the_speed_that_is_told_a_phase_is_long_enough(profile: Profile, part: float) -> None:
    speed = min(default_speed(profile) * part, profile.lasts_min * 60 / POOL_S)
    for phase, slower_speed in told_speeds(replayed(profile, base(), Pace(speed=speed))):
        again = replayed(profile, base(), Pace(speed=slower_speed))
        assert phase not in dict(told_speeds(again))


def told_speeds(experiment: Experiment) -> list[tuple[str, float]]:
    """Return each phase that is too short, with the speed that would do."""
    assert experiment.incident is not None
    notes = experiment.incident.notes
    found = [re.match(r"too short .*?: (\S+) .* at speed (\S+) it is", note) for note in notes]
    return [(one[1], float(one[2])) for one in found if one]
