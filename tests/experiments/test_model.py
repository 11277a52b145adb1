"""What an experiment's values follow from."""

import pytest

from experiments.model import Endpoint, Experiment, Phases
from loadgen.config import Load, Route

DRILL = Phases(warm_up_s=5, baseline_s=15, fault_s=20, recovery_s=30, drain_s=10)


def test_each_phase_begins_where_the_one_before_ends() -> None:
    assert DRILL.spans() == (
        ("warm_up", 0, 5),
        ("baseline", 5, 20),
        ("fault", 20, 40),
        ("recovery", 40, 70),
    )


def test_the_load_lasts_until_the_drain() -> None:
    assert DRILL.fault_start_s == 20
    assert DRILL.load_s == 70
    assert DRILL.spans()[-1][2] == DRILL.load_s


def test_fractions_leave_no_gap_between_phases() -> None:
    phases = Phases(warm_up_s=0.1, baseline_s=0.2, fault_s=0.3, recovery_s=0.7)
    spans = phases.spans()
    assert [end for _, _, end in spans[:-1]] == [start for _, start, _ in spans[1:]]
    assert spans[-1][2] == phases.load_s


def test_a_phase_may_be_left_out() -> None:
    first, *_, last = Phases(warm_up_s=0, baseline_s=1, fault_s=1, recovery_s=0).spans()
    assert first == ("warm_up", 0.0, 0.0)
    assert last == ("recovery", 2.0, 2.0)


def test_an_endpoint_is_found_by_its_name_and_a_stranger_is_not() -> None:
    names = ("azure", "vertex")
    drill = Experiment(
        name="drill",
        title="Drill",
        endpoints=tuple(Endpoint(name=name, dialect={"azure-openai": {}}) for name in names),
        route=Route(order=names),
        load=Load(arrivals={"constant": {"rate_per_s": 1}}),
    )
    assert drill.endpoint("vertex") is drill.endpoints[1]
    with pytest.raises(KeyError):
        drill.endpoint("bedrock")
