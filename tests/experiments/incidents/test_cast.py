"""Which endpoint plays which role."""

import pytest
from msgspec.structs import replace

from experiments.find import find_experiment
from experiments.incidents.cast import asked_first, in_order, played, read_maps
from experiments.model import Experiment
from experiments.reading.problems import UsageError
from experiments.reading.read import read_experiment
from tests.experiments.incidents.given import ONE_REGION, base, profile


def test_roles_go_to_the_route_in_its_order_and_a_region_is_made_up() -> None:
    found, cast = played(profile(), base(), {})
    assert cast == {"failing": "azure", "region": "azure-region", "fallback": "vertex"}
    assert found.route.order == ("azure", "azure-region", "vertex")
    made = found.endpoint("azure-region")
    assert made.dialect == found.endpoint("azure").dialect
    assert made.stand_in is not None
    assert made.stand_in.region == "swedencentral-region"


def test_a_mapped_role_goes_where_it_is_told() -> None:
    found, cast = played(profile(), base(), {"failing": "vertex"})
    assert cast == {"failing": "vertex", "region": "vertex-region", "fallback": "azure"}
    assert found.route.order == ("azure", "vertex", "vertex-region")


def test_a_role_that_is_like_another_can_be_mapped_too() -> None:
    fitted, _ = played(profile(), base(), {})
    found, cast = played(profile(), fitted, {"region": "vertex", "fallback": "azure-region"})
    assert found == fitted
    assert cast["region"] == "vertex"


def test_too_few_endpoints_are_told() -> None:
    alone = replace(base(), route=replace(base().route, order=("azure",)))
    with pytest.raises(UsageError, match="roles failing and fallback, and the route asks azure"):
        played(profile(), alone, {})


def real(endpoint: str) -> Experiment:
    def of(one: Experiment) -> Experiment:
        changed = (
            replace(e, stand_in=None, base_url="https://example.com") if e.name == endpoint else e
            for e in one.endpoints
        )
        return replace(one, endpoints=tuple(changed))

    return of(base())


def test_no_region_of_a_real_endpoint_is_made_up() -> None:
    with pytest.raises(UsageError, match="--map region=ENDPOINT"):
        played(profile(), real("azure"), {})
    _, cast = played(profile(*ONE_REGION), real("azure"), {})
    assert cast["failing"] == "azure"


def test_a_gateway_is_not_told_of_regions_that_it_does_not_know() -> None:
    gateway = read_experiment(find_experiment("gateway-litellm-tuned"))
    found, cast = played(profile(), gateway, {})
    assert found == gateway
    assert cast == {"failing": "azure", "fallback": "vertex"}


def test_the_order_of_the_profile_can_be_the_routes() -> None:
    found, cast = played(profile(), base(), {"failing": "vertex"})
    assert in_order(profile(), found, cast).route.order == ("vertex", "vertex-region", "azure")


def test_a_cloud_can_be_asked_first() -> None:
    assert asked_first(base(), "vertex-gemini").route.order == ("vertex", "azure")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["failing"], "expected role=endpoint"),
        (["failing="], "expected role=endpoint"),
        (["failling=azure"], "no role called failling; .*did you mean failing?"),
        (["failing=azur"], "no endpoint is called azur; .*did you mean azure?"),
        (["failing=azure", "failing=vertex"], "failing is mapped twice"),
        (["failing=azure", "fallback=azure"], "azure plays failing already"),
    ],
)
def test_a_wrong_map_is_told(texts: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_maps(texts, profile(), base())


def test_maps_are_read() -> None:
    assert read_maps(["failing = vertex"], profile(), base()) == {"failing": "vertex"}
