"""One panel of a dashboard, as Grafana's classic JSON keeps it, and where it stands."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from telemetry.dashboards.query import FINEST_STEP, Json, Query

COLUMNS = 24


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """What a panel shows, and how large; `unit` is one of Grafana's.

    `kind` is a panel type that every Grafana from 10 on brings along. A kind overrides what makes
    its looks.
    """

    kind: ClassVar[str]

    title: str
    says: str
    queries: Sequence[Query]
    unit: str = "short"
    width: int = 8
    height: int = 8

    def json(self, number: int, x: int, y: int) -> Json:
        """Return it as Grafana keeps it, at a place."""
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.says,
            "datasource": self.queries[0].source,
            "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
            "interval": FINEST_STEP,
            "targets": [query.json(chr(65 + i)) for i, query in enumerate(self.queries)],
            "options": self.options(),
            "fieldConfig": {
                "defaults": {"unit": self.unit, "custom": self.custom(), **self.values()},
                "overrides": self.overrides(),
            },
            "transformations": self.transformations(),
        }

    def options(self) -> Json:
        """Return the options of the kind."""
        raise NotImplementedError

    def custom(self) -> Json:
        """Return the kind's own options of fields."""
        return {}

    def values(self) -> Json:
        """Return how values look: limits, colours, words."""
        return {}

    def overrides(self) -> list[Json]:
        """Return what looks otherwise in single fields."""
        return []

    def transformations(self) -> list[Json]:
        """Return what is done to the answer before it is shown."""
        return []


class Row(msgspec.Struct, frozen=True):
    """A heading and the panels below it, in reading order."""

    title: str
    panels: Sequence[Panel]


def laid_out(rows: Sequence[Row]) -> list[Json]:
    """Return rows and panels with places: from left to right, a new line where one is full."""
    placed: list[Json] = []
    y = 0
    for row in rows:
        placed.append(_heading(row.title, len(placed) + 1, y))
        y += 1
        x = line_height = 0
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y, line_height = 0, y + line_height, 0
            placed.append(panel.json(len(placed) + 1, x, y))
            x, line_height = x + panel.width, max(line_height, panel.height)
        y += line_height
    return placed


def _heading(title: str, number: int, y: int) -> Json:
    place = {"h": 1, "w": COLUMNS, "x": 0, "y": y}
    heading: Json = {"id": number, "type": "row", "title": title, "collapsed": False}
    return {**heading, "gridPos": place, "panels": []}
