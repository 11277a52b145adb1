"""Access comes from the environment, whole or not at all."""

import pytest

from telemetry.grafana.api import Access, access_of
from telemetry.grafana.links import GrafanaError

TOKEN = "glsa_not-a-real-one"
URL = "http://127.0.0.1:3000/"


def test_without_a_token_nobody_is_told() -> None:
    assert access_of({}) is None
    assert access_of({"GRAFANA_URL": URL}) is None


def test_the_environment_gives_access() -> None:
    told = {"GRAFANA_URL": URL, "GRAFANA_TOKEN": f" {TOKEN}\n"}
    assert access_of(told) == Access("http://127.0.0.1:3000", TOKEN)


def test_a_token_without_an_address_is_told() -> None:
    with pytest.raises(GrafanaError, match="GRAFANA_URL does not say where"):
        access_of({"GRAFANA_TOKEN": TOKEN})


@pytest.mark.parametrize("token", ["two words", "line\nline", "schlüssel"])
def test_what_is_no_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(GrafanaError, match="no token") as refused:
        access_of({"GRAFANA_URL": URL, "GRAFANA_TOKEN": token})
    assert token not in str(refused.value)


def test_access_does_not_print_its_token() -> None:
    assert TOKEN not in repr(Access(URL, TOKEN))
