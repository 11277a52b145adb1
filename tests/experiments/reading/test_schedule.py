"""Where, when and how strongly a fault may be."""

import pytest

from experiments.model import Phases
from experiments.reading.problems import Complaints
from experiments.reading.schedule import check_faults, faults_of
from experiments.reading.shape import EndpointShape, FaultShape, FileShape
from faults.selection.match import Match
from providers.config import StandIn

ENDPOINTS = {"azure": EndpointShape(dialect={}, stand_in=StandIn())}


def fault(**changes: object) -> FaultShape:
    plain: dict[str, object] = {
        "id": "f", "at": "azure", "inject": {"http_error": {}}, "duration_s": 10.0, **changes,
    }  # fmt: skip
    return FaultShape(**plain)  # type: ignore[arg-type]  # a test's own words


def complaints_of(*faults: FaultShape) -> list[str]:
    complaints = Complaints()
    shape = FileShape(endpoints=ENDPOINTS, faults=faults, phases=Phases(fault_s=20))
    check_faults(shape, complaints)
    return [".".join(map(str, complaint.path)) for complaint in complaints]


@pytest.mark.parametrize(
    ("start_s", "duration_s", "wrong"),
    [
        (0, 20, None),
        (19, 1, None),
        (0, 20.1, "duration_s"),
        (10, 11, "duration_s"),
        (20, 1, "start_s"),
        (0, 0, "duration_s"),
    ],
)
def test_a_window_lies_within_the_fault_phase(
    start_s: float, duration_s: float, wrong: str | None
) -> None:
    found = complaints_of(fault(start_s=start_s, duration_s=duration_s))
    assert found == ([f"faults.0.{wrong}"] if wrong else [])


def test_a_ramp_fits_into_its_window() -> None:
    assert complaints_of(fault(ramp_s=10.0)) == []
    assert complaints_of(fault(ramp_s=10.5)) == ["faults.0.ramp_s"]


def test_a_share_is_a_share() -> None:
    assert complaints_of(fault(share=0.0)) == complaints_of(fault(share=1.0)) == []
    assert complaints_of(fault(share=1.5)) == ["faults.0.share"]


def test_a_listener_knows_no_exchanges() -> None:
    chosen = fault(inject={"connect_refused": {}}, share=0.5, ramp_s=1.0, draw="exchange")
    assert complaints_of(chosen) == ["faults.0.share", "faults.0.ramp_s", "faults.0.draw"]


def test_faults_of_one_group_switch_together_and_others_as_they_like() -> None:
    first, later = fault(id="a", group="g"), fault(id="b", group="g", start_s=1.0)
    assert complaints_of(first, fault(id="b", group="g")) == []
    assert complaints_of(first, later) == ["faults.1.group"]
    assert complaints_of(fault(id="a"), fault(id="b", start_s=1.0)) == []


def test_what_could_not_be_read_keeps_its_place() -> None:
    shape = FileShape(faults=(None, fault()))  # type: ignore[arg-type]  # the reader's gap
    assert [path for path, _ in faults_of(shape)] == [("faults", 1)]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"match": Match()}, "match"),
        ({"match": Match(path="chat")}, "match.path"),
        ({"first_n": 2, "every_nth": 3}, "every_nth"),
        ({"inject": {"connect_refused": {}}, "first_n": 2}, "first_n"),
        ({"inject": {"connect_refused": {}}, "match": Match(path="/x")}, "match"),
    ],
)
def test_a_choice_that_cannot_be_is_told(wrong: dict[str, object], where: str) -> None:
    assert complaints_of(fault(**wrong)) == [f"faults.0.{where}"]


def test_a_choice_that_can_be_is_fine() -> None:
    assert complaints_of(fault(match=Match(path="/x", stream=True), first_n=4, every_nth=2)) == []
