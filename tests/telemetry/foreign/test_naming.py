import pytest

from telemetry.foreign.genai import Place
from telemetry.foreign.naming import By, namer

EU = Place("azure", "eu.example", "swedencentral", "gpt-4o")
US = Place("azure", "us.example", "eastus", "gpt-4o")
VERTEX = Place("vertex", "", "", "gemini 2")


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (By.AUTO, ["azure/eu.example", "azure/us.example", "vertex"]),
        (By.PROVIDER, ["azure", "azure", "vertex"]),
        (By.REGION, ["azure/swedencentral", "azure/eastus", "vertex"]),
        (By.MODEL, ["azure/gpt-4o", "azure/gpt-4o", "vertex/gemini_2"]),
    ],
)
def test_endpoints_are_told_apart_by_what_was_asked_for(by: By, names: list[str]) -> None:
    name = namer((EU, US, VERTEX), by, {})
    assert [name(place) for place in (EU, US, VERTEX)] == names


def test_one_address_needs_no_telling_apart_and_a_name_may_be_ones_own() -> None:
    assert namer((EU, VERTEX), By.AUTO, {"azure": "first"})(EU) == "first"
