"""Every query of every dashboard with its variables filled in, by where it stands."""

from typing import NamedTuple

from telemetry.dashboards.board import Board
from telemetry.dashboards.panel import Panel
from telemetry.dashboards.written import boards

RUN = "20261127T082956Z-outage-0a1b2c3d"
WINDOW_S = 15
RANGE = "600s"


class Asked(NamedTuple):
    """A query and the panel that asks it; `ref` tells a panel's queries apart."""

    board: str
    panel: str
    ref: int
    text: str
    instant: bool


def panels() -> list[tuple[Board, Panel]]:
    return [(b, panel) for b in boards().values() for row in b.rows for panel in row.panels]


def filled(text: str, run: str = RUN, range_: str = RANGE) -> str:
    """Fill in what Grafana would."""
    values = {"$run": run, "${window}": str(WINDOW_S), "$__range": range_, "$experiment": ".*"}
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def asked(language: str, run: str = RUN, range_: str = RANGE) -> list[Asked]:
    """Return every query of a language, and those of the fault bands."""
    found = [
        Asked(board.name, panel.title, ref, filled(query.text, run, range_), query.instant)
        for board, panel in panels()
        for ref, query in enumerate(panel.queries)
        if query.language == language
    ]
    return found + (bands(run) if language == "promql" else [])


def bands(run: str) -> list[Asked]:
    return [
        Asked(board.name, one["name"], 0, filled(one["expr"], run), instant=False)
        for board in boards().values()
        for one in board.json()["annotations"]["list"]
        if "expr" in one
    ]


def promql(board: str, panel: str, ref: int = 0) -> str:
    """Return one panel's expression."""
    (found,) = [
        one.text
        for one in asked("promql")
        if (one.board, one.panel, one.ref) == (board, panel, ref)
    ]
    return found
