"""A link leads to one trace, in a range that holds it."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from telemetry.grafana.links import MARGIN_MS, Explore, GrafanaError, address, explore_of

TRACE = "b02ea7730000022c6f28a8e365b19331"


def pane(link: str) -> dict[str, Any]:
    query = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert query["schemaVersion"] == ["1"]
    (only,) = json.loads(query["panes"][0]).values()
    return dict(only)


def test_a_link_reads_back_as_the_trace_and_its_absolute_range() -> None:
    link = Explore("https://grafana.example/g").trace(TRACE, 1_000_000, 1_002_000)
    assert link.startswith("https://grafana.example/g/explore?")
    assert pane(link) == {
        "datasource": "tempo",
        "queries": [
            {
                "refId": "A",
                "datasource": {"type": "tempo", "uid": "tempo"},
                "queryType": "traceql",
                "query": TRACE,
            }
        ],
        "range": {"from": str(1_000_000 - MARGIN_MS), "to": str(1_002_000 + MARGIN_MS)},
    }


def test_an_id_gets_its_leading_zeros_back() -> None:
    (query,) = pane(Explore("http://g").trace("2ea773", 0, 0))["queries"]
    assert query["query"] == "2ea773".zfill(32)


def test_a_link_can_stand_in_a_page_and_in_markdown() -> None:
    link = Explore("http://g").trace(TRACE, 0, 0)
    assert not set('"<>() \n') & set(link)


def test_the_environment_says_where_and_an_option_before_it() -> None:
    told = {"GRAFANA_URL": "http://one/", "GRAFANA_TEMPO_UID": "mine"}
    assert explore_of({}) is None
    assert explore_of(told) == Explore("http://one", "mine")
    assert explore_of(told, "http://two") == Explore("http://two", "mine")


@pytest.mark.parametrize(
    "url", ["grafana", "javascript:alert(1)", "ftp://g", "http://", "http://g:99999", "http://g:x"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(GrafanaError, match="no http or https URL"):
        address(url)


@pytest.mark.parametrize("url", ["http://me:secret@g", "http://g?key=secret", "http://g#secret"])
def test_an_address_holds_no_secret_and_none_is_repeated(url: str) -> None:
    with pytest.raises(GrafanaError) as refused:
        address(url)
    assert "secret" not in str(refused.value)
