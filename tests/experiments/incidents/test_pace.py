"""How fast, and what is then too short."""

import math

import pytest
from msgspec.structs import replace

from experiments.incidents.incident import Profile
from experiments.incidents.pace import (
    USUAL_FAULT_S,
    calm_need,
    check_speed,
    cooldown_of,
    default_speed,
    fault_need,
    speed_to_see,
)
from experiments.incidents.read import incidents, read_profile
from experiments.reading.problems import UsageError
from loadgen.config import Breaker
from tests.experiments.incidents.given import base, profile

HTTP = frozenset({"http_error"})


@pytest.mark.parametrize("name", incidents())
def test_the_usual_speed_makes_faults_last_two_minutes_at_the_most(name: str) -> None:
    one = read_profile(incidents()[name])
    lasts_s = one.lasts_min * 60 / default_speed(one)
    assert 0.9 * USUAL_FAULT_S <= lasts_s <= USUAL_FAULT_S


def lasting(minutes: float) -> Profile:
    phase = profile().phases[0]
    return replace(profile(), phases=(replace(phase, minutes=(0.0, minutes)),))


def test_what_is_short_is_not_slowed_down() -> None:
    assert default_speed(lasting(1)) == 1


@pytest.mark.parametrize("speed", [0, -1, math.nan, 1e6])
def test_a_speed_that_shows_nothing_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="more than 0 and at most 720"):
        check_speed(profile(), speed)


def test_a_run_that_would_not_end_is_refused_with_the_speed_that_would_do() -> None:
    with pytest.raises(UsageError, match=r"42\.0 days, and a run lasts at most 7: 7 or more"):
        check_speed(lasting(42 * 1440), 1)


def test_a_fault_needs_a_pool_of_the_figures() -> None:
    assert fault_need(HTTP, 1.0, 20, base()).seconds == 5


def test_a_rare_fault_needs_longer_and_says_why() -> None:
    need = fault_need(HTTP, 0.01, 20, base())
    assert need.seconds == pytest.approx(15)
    assert "0.2 exchanges per second" in need.why


def test_a_fault_that_touches_nobody_is_never_seen() -> None:
    assert fault_need(HTTP, 0.0, 20, base()).seconds == math.inf


def test_silence_needs_the_patience_of_the_client() -> None:
    patient = replace(base().route, timeouts=replace(base().route.timeouts, first_token_s=30.0))
    need = fault_need(frozenset({"blackhole"}), 1.0, 20, replace(base(), route=patient))
    assert need.seconds == 60
    assert fault_need(HTTP, 1.0, 20, replace(base(), route=patient)).seconds == 5


def test_a_calm_needs_the_cooldown_and_a_pool() -> None:
    assert calm_need(base()).seconds == 13


def test_without_a_breaker_traffic_is_back_at_once() -> None:
    route = replace(base().route, breaker=Breaker(enabled=False))
    careless = replace(base(), route=route)
    assert cooldown_of(careless) == 0
    assert calm_need(careless).seconds == 5


def test_the_speed_that_would_do_is_told_in_round_figures() -> None:
    assert speed_to_see(230, 0.52, 5) == 23
