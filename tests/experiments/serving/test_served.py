"""What the injector is told when there is no run; serving itself is in `tests/live`."""

from msgspec.structs import replace

from experiments.running import configs
from experiments.serving.serve import armed
from experiments.serving.served import SERVE_RUN_TAG, standalone_config
from faults.config import InjectorConfig
from telemetry.identity import RUN_TAG_HEX_LENGTH
from tests.experiments.running.test_configs import EXPERIMENT

STAND_INS = {"azure": 5001}


def served(max_ttl_s: float = 3600.0) -> InjectorConfig:
    return standalone_config(EXPERIMENT, STAND_INS, max_ttl_s)


def test_a_faults_start_counts_from_now_whatever_the_phases() -> None:
    (rule,) = served().rules
    assert (rule.start_s, rule.end_s) == (2, 12)
    longer = replace(EXPERIMENT, phases=replace(EXPERIMENT.phases, warm_up_s=500))
    assert standalone_config(longer, STAND_INS, 3600.0).rules == (rule,)


def test_a_fault_is_otherwise_what_it_is_in_a_run() -> None:
    fault = replace(EXPERIMENT.faults[0], share=0.25, ramp_s=3, group="both", draw="exchange")
    drill = replace(EXPERIMENT, faults=(fault, replace(fault, id="second", start_s=0)))
    in_a_run = configs.injector_config(drill, "a1b2c3d4", None, STAND_INS).rules
    alone = standalone_config(drill, STAND_INS, 3600.0).rules
    later_s = drill.phases.fault_start_s
    moved = (replace(r, start_s=r.start_s + later_s, end_s=r.end_s + later_s) for r in alone)
    assert tuple(moved) == in_a_run


def test_all_traffic_is_faulted_without_waiting_for_an_order() -> None:
    assert not EXPERIMENT.bystanders
    assert served().bystanders
    assert served().begin_at_once


def test_nothing_is_recorded_under_a_tag_that_is_no_runs() -> None:
    assert served().run_folder is None
    assert served().run_tag == SERVE_RUN_TAG
    assert SERVE_RUN_TAG == "0" * RUN_TAG_HEX_LENGTH


def test_no_fault_lives_longer_than_it_was_allowed_to() -> None:
    assert served(max_ttl_s=5).max_ttl_s == 5


def test_a_fault_is_told_to_end_when_it_does() -> None:
    (rule,) = served().rules
    assert armed(rule, 3600.0).endswith(": 2 s to 12 s from now, share 1")
    assert armed(rule, 5.0).endswith(": 2 s to 5 s from now, share 1")
    assert armed(rule, 1.0).endswith(": never, no fault lives longer than 1 s from now")


def test_the_proxies_stand_where_they_stand_in_a_run() -> None:
    in_a_run = configs.injector_config(EXPERIMENT, "a1b2c3d4", None, STAND_INS)
    assert served().listeners == in_a_run.listeners
    assert served().seed == in_a_run.seed


def test_without_faults_the_proxies_only_pass_on() -> None:
    assert standalone_config(replace(EXPERIMENT, faults=()), STAND_INS, 3600.0).rules == ()
