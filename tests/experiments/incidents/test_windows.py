"""Phases become windows."""

import pytest
from msgspec.structs import replace

from experiments.incidents.cast import played
from experiments.incidents.incident import Profile
from experiments.incidents.windows import Window, rate_of, too_short, usual_at_once, windows_of
from tests.experiments.incidents.given import ERROR, base, profile

MIX = "mix: [{of: 0.6, inject: blackhole}, {of: 0.4, inject: reset_peer}]"


def found(one: Profile, speed: float = 60) -> tuple[Window, ...]:
    experiment, cast = played(one, base(), {})
    return windows_of(one, experiment, cast, speed)


def short(one: Profile, speed: float) -> list[str]:
    experiment, cast = played(one, base(), {})
    return list(too_short(one, experiment, cast, speed))


def test_a_phase_is_a_window_at_all_who_play_its_roles() -> None:
    down = found(profile())[0]
    (fault,) = down.faults
    assert (down.name, fault.at) == ("down", ("azure", "azure-region"))
    assert (fault.start_s, fault.duration_s, fault.share) == (0, 40, 1)


def test_steps_are_windows_with_numbers() -> None:
    assert [w.name for w in found(profile())[1:]] == [f"returning-{n}" for n in (1, 2, 3, 4)]


def test_twice_as_fast_is_half_as_long() -> None:
    assert found(profile(), 120)[0].faults[0].duration_s == 20


def test_of_a_mix_each_has_its_part_of_what_the_others_left() -> None:
    half = profile((ERROR, MIX + "\n    level: 0.5"))
    blackhole, reset = found(half)[0].faults
    assert blackhole.share == pytest.approx(0.3)
    assert (1 - blackhole.share) * reset.share == pytest.approx(0.2, abs=1e-4)
    assert blackhole.group == reset.group == "down"


def test_a_whole_mix_spares_nobody() -> None:
    faults = found(profile((ERROR, MIX + "\n    level: 1")))[0].faults
    assert [fault.share for fault in faults] == [0.6, 1.0]


def test_only_what_comes_out_of_the_blue_must_touch_somebody() -> None:
    assert [w.faults[0].may_miss for w in found(profile())] == [False, True, True, True, True]


def test_a_second_wave_after_a_long_calm_must_touch_somebody_too() -> None:
    apart = profile(("minutes: [0, 40]", "minutes: [0, 10]"), ("[40, 60]", "[40, 45]"))
    assert [w.faults[0].may_miss for w in found(apart)] == [False, False]


def test_a_window_that_cannot_be_seen_may_touch_nobody_and_the_next_must() -> None:
    brief = profile(("minutes: [0, 40]", "minutes: [0, 2]"), ("[40, 60]", "[2, 60]"))
    assert [w.faults[0].may_miss for w in found(brief)][:2] == [True, False]


def test_where_nobody_should_notice_nobody_must() -> None:
    quiet = replace(profile(), negative=True)
    assert all(fault.may_miss for window in found(quiet) for fault in window.faults)


def test_room_is_a_part_of_what_an_endpoint_usually_carries() -> None:
    roomy = profile((ERROR, "inject: capacity\n    room: 0.5"))
    (fault,) = found(roomy)[0].faults
    usual = usual_at_once(base(), "azure")
    assert 10 < usual < 15
    assert fault.inject["capacity"]["concurrent"] == round(usual / 2)
    assert (fault.share, fault.may_miss) == (1, False)


def test_nothing_is_known_of_a_real_endpoint_but_the_rate() -> None:
    real = replace(base().endpoint("azure"), stand_in=None, base_url="https://example.com")
    experiment = replace(base(), endpoints=(real, base().endpoint("vertex")))
    assert usual_at_once(experiment, "azure") == rate_of(experiment) == 20


def test_what_is_too_short_is_told_with_the_speed_that_would_do() -> None:
    assert short(profile(), 60) == []
    (told, _) = short(profile(), 600)
    assert told == (
        "too short to observe at this speed: down (minutes 0 to 40) lasts 4 s of the 5 s that it "
        "needs, since figures come in pools of 5 s; at speed 480 it is long enough"
    )


def test_a_calm_can_be_too_short_as_well() -> None:
    calm = profile((f"    {ERROR}\n", ""))
    (told,) = short(calm, 240)
    assert "lasts 10 s of the 13 s" in told
    assert "left alone for 8 s" in told


def test_a_role_that_nobody_plays_has_no_windows() -> None:
    windows = windows_of(profile(), base(), {"failing": "azure"}, 60)
    assert windows[0].faults[0].at == ("azure",)
    assert windows_of(profile(), base(), {"fallback": "vertex"}, 60) == ()
    assert list(too_short(profile(), base(), {"fallback": "vertex"}, 600)) == []
