"""The gates of a replay."""

from msgspec.structs import replace

from experiments.incidents.cast import played
from experiments.incidents.claims import gates_of
from experiments.incidents.incident import Profile
from experiments.incidents.windows import windows_of
from experiments.model import Experiment
from tests.experiments.incidents.given import ERROR, base, profile


def gates(one: Profile, experiment: Experiment | None = None, speed: float = 60) -> list[str]:
    experiment, cast = played(one, experiment or base(), {})
    windows = windows_of(one, experiment, cast, speed)
    return list(gates_of(one, experiment, cast, windows, 60))


def test_what_any_client_should_manage_is_claimed() -> None:
    assert gates(profile()) == [
        "user_errors (fault) <= 1 %",
        "silent_failures (fault) <= 0 %",
        "failover_delay max (fault) <= 1.5 s",
        "amplification (fault) <= 1.3",
        "failover_time (window:down) <= 5 s",
        "failback_time (window:returning-4) <= 12 s",
        "user_errors (recovery) <= 1 %",
    ]


def test_an_incidents_own_gate_displaces_the_usual_one() -> None:
    own = replace(profile(), gates=("amplification (fault) <= 2", "flaps <= 4 changes"))
    found = gates(own)
    assert "amplification (fault) <= 2" in found
    assert "amplification (fault) <= 1.3" not in found
    assert found[-1] == "flaps <= 4 changes"


def test_usual_gates_can_be_left_out() -> None:
    assert not [g for g in gates(replace(profile(), without=("failover_delay",))) if "delay" in g]


def test_a_role_in_a_gate_is_who_plays_it() -> None:
    own = replace(profile(), gates=("native_errors (fault, endpoint:{failing}) <= 1 %",))
    assert gates(own)[-1] == "native_errors (fault, endpoint:azure) <= 1 %"


def test_a_gate_about_nobody_is_left_out() -> None:
    own = replace(profile(), gates=("native_errors (fault, endpoint:{nobody}) <= 1 %",))
    assert not [gate for gate in gates(own) if "native_errors" in gate]


def test_a_gate_about_a_window_that_there_is_not_is_left_out() -> None:
    own = replace(profile(), gates=("failover_time (window:upside-down) <= 5 s",))
    assert gates(own) == gates(profile())


def test_silence_may_take_as_long_as_the_client_waits() -> None:
    silent = profile((ERROR, "inject: blackhole\n    level: 1"))
    assert "failover_delay max (fault) <= 5.5 s" in gates(silent)


def test_failing_over_has_no_time_where_staying_is_right() -> None:
    assert not [g for g in gates(profile(("level: 1\n", "level: 0.9\n"))) if "failover_time" in g]


def test_a_slow_load_is_held_to_what_it_can_decide() -> None:
    slow = replace(base(), load=replace(base().load, arrivals={"constant": {"rate_per_s": 4}}))
    assert gates(profile(), slow)[0] == "user_errors (fault) <= 5 %"
    assert gates(profile(), slow)[-1] == "user_errors (recovery) <= 5 %"


def test_nobody_comes_back_to_an_endpoint_that_never_failed() -> None:
    quiet = replace(profile(("at: failing", "at: region"), ("[failing, region]", "region")))
    assert not [gate for gate in gates(quiet) if "failback" in gate or "delay" in gate]
