"""Compositions are found by being there, under their names and others'."""

import msgspec
import pytest

from faults.catalog import aliases, fault_classes, listener_fault_classes
from faults.compositions_catalog import (
    composition_aliases,
    composition_classes,
    make_composition,
    own_composition_name,
)


def test_the_compositions_that_there_are() -> None:
    assert sorted(composition_classes()) == [
        "auth_outage",
        "both_clouds_down",
        "flapping",
        "partial_model_outage",
        "provider_outage",
        "rate_limit_storm",
        "recovery",
        "region_outage",
        "slow_then_dead",
        "zone_brownout",
    ]


def test_no_name_means_two_things() -> None:
    faults = {*fault_classes(), *listener_fault_classes(), *aliases()}
    assert not faults & {*composition_classes(), *composition_aliases()}
    assert not composition_classes().keys() & composition_aliases().keys()


def test_other_names_are_taken() -> None:
    assert own_composition_name("flap") == "flapping"
    assert own_composition_name("nothing") == "nothing"
    assert make_composition({"brownout": {}}).name == "zone_brownout"


def test_parameters_are_checked() -> None:
    with pytest.raises(msgspec.ValidationError, match="fallback"):
        make_composition({"rate_limit_storm": {}})
    with pytest.raises(KeyError):
        make_composition({"nothing": {}})
