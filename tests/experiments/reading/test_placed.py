"""Faults that name a provider or a region are at the endpoints of it."""

from collections.abc import Mapping

import pytest

from experiments.reading.placed import labels_of, placed
from experiments.reading.problems import Complaint, Complaints
from experiments.reading.shape import EndpointShape, FaultShape, FileShape, MatchShape
from providers.config import StandIn

AZURE: Mapping[str, object] = {"azure-openai": {}}
ENDPOINTS = {
    "east": EndpointShape(dialect=AZURE, stand_in=StandIn(region="eastus")),
    "west": EndpointShape(dialect=AZURE, stand_in=StandIn(region="westeurope")),
    "vertex": EndpointShape(
        dialect={"vertex-gemini": {"location": "europe-west4"}}, base_url="http://127.0.0.1:1"
    ),
}


def at(match: MatchShape | None, *places: str) -> tuple[FaultShape, list[Complaint]]:
    complaints = Complaints()
    fault = FaultShape(id="f", at=places, inject={"http_error": {}}, duration_s=1.0, match=match)
    (found,) = placed(FileShape(endpoints=ENDPOINTS, faults=(fault,)), complaints).faults
    return found, list(complaints)


@pytest.mark.parametrize(
    ("match", "places", "found"),
    [
        (MatchShape(provider="azure*"), (), ("east", "west")),
        (MatchShape(provider="gcp.vertex_ai"), (), ("vertex",)),
        (MatchShape(region="*europe*"), (), ("west", "vertex")),
        (MatchShape(region=("eastus", "europe-west4")), (), ("east", "vertex")),
        (MatchShape(region="*europe*", provider="azure*"), (), ("west",)),
        (MatchShape(provider="azure*"), ("west", "vertex"), ("west",)),
    ],
)
def test_a_fault_is_at_the_endpoints_that_are_of_all_that_it_names(
    match: MatchShape, places: tuple[str, ...], found: tuple[str, ...]
) -> None:
    fault, complaints = at(match, *places)
    assert (fault.at, fault.match, complaints) == (found, None, [])


def test_what_is_asked_of_requests_stays() -> None:
    fault, _ = at(MatchShape(provider="azure*", path="/x"), "east", "vertex")
    assert (fault.at, fault.match) == (("east",), MatchShape(path="/x"))
    untouched, _ = at(MatchShape(path="/x"), "east")
    assert (untouched.at, untouched.match) == (("east",), MatchShape(path="/x"))


def test_a_label_that_no_endpoint_has_is_told_with_the_nearest_that_one_has() -> None:
    _, (wrong,) = at(MatchShape(region="westeurop"))
    assert wrong.path == ("faults", 0, "match", "region")
    assert wrong.suggestion == "westeurope"
    _, (elsewhere,) = at(MatchShape(region="eastus"), "vertex")
    assert "europe-west4" in elsewhere.message


def test_an_endpoint_that_says_nothing_has_no_region() -> None:
    silent = EndpointShape(dialect=AZURE, base_url="http://127.0.0.1:1")
    assert labels_of(silent) == {"provider": "azure.ai.openai", "region": ""}
