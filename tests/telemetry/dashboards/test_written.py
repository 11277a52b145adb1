"""The committed dashboards are those that the code writes, and every panel is whole."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from experiments.judging.verdict import ExitCode
from telemetry import names
from telemetry.dashboards.looks import VERDICTS
from telemetry.dashboards.panel import COLUMNS
from telemetry.dashboards.series_names import label, metric
from telemetry.dashboards.written import boards, files, write
from tests.telemetry.dashboards.expressions import asked, panels

COMMITTED = Path(__file__).parents[3] / "deploy" / "grafana" / "dashboards"
METRICS = Path(__file__).parents[3] / "telemetry" / "metrics"
BOARDS = [board.json() for board in boards().values()]

KINDS = {"row", "stat", "timeseries", "state-timeline", "bargauge", "table"}
"""Panel types of Grafana 10, 11, 12 and 13 alike."""
UNITS = {"short", "percentunit", "s", "reqps"}
GRAFANAS_OWN = "-- Grafana --"


def places(board: dict[str, Any]) -> list[tuple[int, int]]:
    """Return every cell that a panel of the board covers, as often as one does."""
    found = []
    for panel in board["panels"]:
        at = panel["gridPos"]
        found += [
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        ]
    return found


def sources(value: object) -> list[str]:
    """Return the uid of every data source that is named anywhere."""
    if isinstance(value, list):
        return [uid for one in value for uid in sources(one)]
    if not isinstance(value, dict):
        return []
    own = [value["datasource"]["uid"]] if "datasource" in value else []
    return own + [uid for one in value.values() for uid in sources(one)]


def test_the_three_boards_are_there() -> None:
    assert set(boards()) == {"game-day", "compare-runs", "one-run"}


def test_the_committed_files_are_those_that_the_code_writes(tmp_path: Path) -> None:
    write(tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {path.name: path.read_text() for path in COMMITTED.iterdir()} == made, (
        "run: python -m telemetry.dashboards deploy/grafana/dashboards"
    )


def test_a_file_holds_what_its_board_says() -> None:
    assert json.loads(files()["game-day.json"]) == boards()["game-day"].json()


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board["uid"]))
class TestBoard:
    def test_no_two_panels_overlap_or_leave_the_grid(self, board: dict[str, Any]) -> None:
        assert max(Counter(places(board)).values()) == 1
        assert all(x < COLUMNS for x, _ in places(board))

    def test_ids_and_titles_are_each_ones_own(self, board: dict[str, Any]) -> None:
        shown = [panel for panel in board["panels"] if panel["type"] != "row"]
        assert max(Counter(panel["id"] for panel in board["panels"]).values()) == 1
        assert max(Counter(panel["title"] for panel in shown).values()) == 1

    def test_every_panel_says_what_it_shows_in_which_unit(self, board: dict[str, Any]) -> None:
        for panel in board["panels"]:
            assert panel["type"] in KINDS
            assert panel["title"]
            if panel["type"] != "row":
                assert panel["description"].endswith(".")
                assert panel["fieldConfig"]["defaults"]["unit"] in UNITS

    def test_a_data_source_is_a_variable_or_grafanas_own(self, board: dict[str, Any]) -> None:
        said = {one["name"] for one in board["templating"]["list"] if one["type"] == "datasource"}
        assert set(sources(board)) == {f"${{{name}}}" for name in said} | {GRAFANAS_OWN}

    def test_every_variable_that_a_query_has_is_declared(self, board: dict[str, Any]) -> None:
        declared = {one["name"] for one in board["templating"]["list"]}
        used = set(re.findall(r"\$\{?(?!__)(\w+)", json.dumps(board["panels"])))
        assert used <= declared
        assert {"run", "prometheus"} <= used

    def test_faults_are_bands_by_the_gauge_and_by_what_grafana_was_told(
        self, board: dict[str, Any]
    ) -> None:
        gauge, told = board["annotations"]["list"][1:]
        assert gauge["expr"].startswith(metric(names.FAULT_ACTIVE) + "{")
        assert gauge["expr"].endswith("== 1")
        assert gauge["target"]["expr"] == gauge["expr"]
        assert "crosswind" in told["target"]["tags"]

    def test_it_says_what_it_is_for_and_leads_to_the_others(self, board: dict[str, Any]) -> None:
        assert board["description"]
        assert board["links"][0]["tags"] == board["tags"] == ["crosswind"]


def words(text: str) -> set[str]:
    return set(re.findall(r"\b(?:crosswind|gen_ai)_\w+", text))


def test_no_query_has_a_name_that_the_names_file_does_not_have() -> None:
    metrics = {metric(one.name) for one in names.TABLE if one.kind == "metric"}
    parts = {f"{name}_{part}" for name in metrics for part in ("bucket", "count", "sum")}
    labels = {label(at) for one in names.TABLE for at in (*one.attributes, names.RUN_ID)}
    for one in asked("promql"):
        assert words(one.text) <= metrics | parts | labels, one


def test_every_query_asks_for_the_chosen_runs_alone() -> None:
    for one in asked("promql"):
        selected = re.findall(r"\w+(?:_bucket)?\{([^}]*)\}", one.text)
        assert selected
        assert all(chosen.startswith(label(names.RUN_ID)) for chosen in selected), one


def test_every_metric_is_on_some_board() -> None:
    shown = set().union(*(words(one.text) for one in asked("promql")))
    missing = {
        one.name
        for one in names.TABLE
        if one.kind == "metric" and not {metric(one.name), f"{metric(one.name)}_bucket"} & shown
    }
    assert missing == {names.GENAI_PER_CHUNK, names.GENAI_TOKENS}, "both are told by endpoint, too"


def test_a_verdicts_figure_that_is_asked_for_is_a_metric_of_ours() -> None:
    texts = "\n".join(one.text for one in asked("promql"))
    found = set(re.findall(rf'{label(names.FIGURE)}="(\w+)"', texts))
    assert found
    assert all((METRICS / f"{name}.py").exists() for name in found)


def test_every_exit_code_has_a_word() -> None:
    assert set(VERDICTS) == set(ExitCode)


def test_a_single_measurement_is_asked_for_where_latency_is_shown() -> None:
    shown = {panel.title for _, panel in panels() for query in panel.queries if query.exemplar}
    assert {"Time to first token", "Latency", "Failover delay"} <= shown
