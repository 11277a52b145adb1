"""What each composition says, and what holds for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.catalog import make_fault
from faults.composition import Composition, Stage
from faults.compositions_catalog import composition_classes, make_composition
from faults.selection.match import Match

TWO = ("azure", "azure-west")
NEEDED: dict[str, dict[str, object]] = {
    "partial_model_outage": {"model": "gpt-4o"},
    "rate_limit_storm": {"fallback": "vertex"},
}


def composed(name: str, **parameters: object) -> Composition:
    return make_composition({name: {**NEEDED.get(name, {}), **parameters}})


def stages(name: str, length_s: float = 60.0, **parameters: object) -> list[Stage]:
    return list(composed(name, **parameters).stages(TWO, length_s))


def names(stage: Stage) -> list[str]:
    return [name for one in stage.faults for name in one.inject]


@pytest.mark.parametrize("name", composition_classes())
@given(length_s=st.floats(0.5, 10_000.0))
def test_stages_lie_within_the_time_and_inject_what_there_is(name: str, length_s: float) -> None:
    found = stages(name, length_s)
    assert found
    for stage in found:
        assert 0 <= stage.start_s < length_s
        assert 0 < stage.duration_s <= length_s - stage.start_s + 1e-3
        for one in stage.faults:
            assert 0 < one.share <= 1
            assert one.ramp_s <= stage.duration_s
            make_fault(one.inject)
    assert len({stage.name for stage in found}) == len(found)
    assert not found[0].may_miss


def test_every_way_of_being_down_touches_everything() -> None:
    for how in ("errors", "refused", "silence", "resets", "mix"):
        (stage,) = stages("provider_outage", how=how)
        left = 1.0
        for one in stage.faults:
            left *= 1 - one.share
        assert left == 0


def test_a_part_of_a_provider_is_down_in_the_same_mix() -> None:
    (stage,) = stages("provider_outage", share=0.5)
    left, touched = 1.0, []
    for one in stage.faults:
        touched.append(round(left * one.share, 4))
        left *= 1 - one.share
    assert touched == [0.3, 0.125, 0.075]


def test_regions_go_down_one_after_the_other_and_all_stay_down() -> None:
    assert [
        (one.at, one.start_s, one.duration_s) for one in stages("region_outage", apart_s=20)
    ] == [
        (("azure",), 0.0, 60.0),
        (("azure-west",), 20.0, 40.0),
    ]
    assert [one.at for one in stages("region_outage")] == [TWO]
    assert len(stages("region_outage", apart_s=60)) == 1


def test_flapping_goes_on_as_long_as_there_is_time_or_as_often_as_told() -> None:
    found = stages("flapping", 25, down_s=5, up_s=5)
    assert [(one.name, one.start_s, one.duration_s) for one in found] == [
        ("1", 0.0, 5.0),
        ("2", 10.0, 5.0),
        ("3", 20.0, 5.0),
    ]
    assert len(stages("flapping", 25, down_s=5, up_s=5, cycles=2)) == 2
    assert stages("flapping", 22, down_s=5, up_s=5)[-1].duration_s == 2


def test_a_storm_is_at_its_fallback_too() -> None:
    first, fallback = stages("rate_limit_storm", fallback_requests=7, retry_after_s=2)
    assert (names(first), first.at) == (["rate_limited"], TWO)
    assert fallback.at == ("vertex",)
    quota = fallback.faults[0].inject["quota_exhausted"]
    assert (quota["requests"], quota["retry_after_s"]) == (7, 2)
    assert fallback.may_miss


def test_slowness_ends_in_silence() -> None:
    slow, dead = stages("slow_then_dead", slow_part=0.25)
    assert (names(slow), slow.duration_s, slow.faults[0].ramp_s) == (["latency"], 15.0, 15.0)
    assert (names(dead), dead.start_s, dead.duration_s) == (["blackhole"], 15.0, 45.0)


def test_tokens_run_out_at_once_or_bit_by_bit() -> None:
    assert stages("auth_outage")[0].faults[0].ramp_s == 0
    assert stages("auth_outage", expire_over_s=90)[0].faults[0].ramp_s == 60


def test_a_recovery_has_a_tail_that_nobody_need_meet() -> None:
    down, tail = stages("recovery", tail_share=0.2)
    assert (down.duration_s, down.may_miss) == (30.0, False)
    assert (tail.start_s, tail.faults[0].share, tail.may_miss) == (30.0, 0.2, True)


def test_a_brownout_grows_from_nothing() -> None:
    (stage,) = stages("zone_brownout")
    assert names(stage) == ["overloaded", "latency"]
    assert {one.ramp_s for one in stage.faults} == {60.0}


def test_one_model_is_down_for_those_who_ask_for_it() -> None:
    (stage,) = stages("partial_model_outage")
    assert stage.match == Match(model="gpt-4o")


def test_no_way_out_needs_two_endpoints() -> None:
    assert composed("both_clouds_down").least_endpoints == 2
    assert [stage.at for stage in stages("both_clouds_down")] == [TWO]
