"""Searches name spans' attributes as the names file does, and the grammar reads them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from telemetry import names
from telemetry.dashboards.series_names import UnknownNameError
from telemetry.dashboards.traceql import exchanges, resource, span
from tests.telemetry.dashboards.expressions import asked

PEERS = Path(__file__).parents[2] / "peers" / "grafana"
QUERIES = [one.text for one in asked("traceql")]

grammar = pytest.mark.skipif(
    shutil.which("node") is None or not (PEERS / "node_modules").exists(),
    reason="needs node and `npm install --no-package-lock --prefix tests/peers/grafana`",
)


def problems(queries: list[str]) -> list[list[str]]:
    """Return what the grammar found wrong in each query."""
    command = ["node", str(PEERS / "parse_traceql.mjs")]
    text = json.dumps(queries)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def test_an_attribute_is_known_where_it_stands() -> None:
    assert span(names.EXCHANGE_OUTCOME) == "span.crosswind.exchange.outcome"
    assert resource(names.RUN_ID) == "resource.crosswind.run.id"
    with pytest.raises(UnknownNameError, match="exchange"):
        span(names.HOP_MODE)


def test_a_search_is_for_one_runs_exchanges() -> None:
    assert exchanges("x > 1", show=(names.PHASE,)) == (
        '{ resource.crosswind.run.id = "$run" && x > 1 } | select(span.crosswind.phase)'
    )


def test_what_tempo_cannot_do_is_not_asked_of_it() -> None:
    integers = {name.name for name in names.TABLE if name.type == "int"}
    for query in QUERIES:
        compared = re.findall(r"span\.([\w.]+) [<>]", query)
        assert set(compared) <= integers
        assert not re.search(r"\)\s*[/*+]|over_time|rate\(|childCount", query)


@pytest.mark.peer
@grammar
def test_the_grammar_reads_every_search() -> None:
    assert QUERIES
    assert problems(QUERIES) == [[] for _ in QUERIES]


@pytest.mark.peer
@grammar
def test_the_grammar_refuses_what_is_none() -> None:
    wrong = ["{ span.a = }", "{ resource.crosswind.run.id = 'x' } | select(", "rate("]
    assert all(problems(wrong))
