"""The kinds of panels, each with the looks that all boards share."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from telemetry.dashboards.panel import Panel
from telemetry.dashboards.query import Json

GREEN, YELLOW, ORANGE, RED, BLUE = "green", "yellow", "orange", "red", "blue"

Words = Mapping[int, tuple[str, str]] | Mapping[str, tuple[str, str]]
"""What is said instead of a value, and in which colour."""
PLAIN: tuple[tuple[float | None, str], ...] = ((None, BLUE),)


class Figure(Panel, frozen=True, kw_only=True):
    """One number, large; a query's legend is shown instead of the number where it has one.

    `steps` colour values from each step on; the first has no value. `absent` is shown without data.
    """

    kind: ClassVar[str] = "stat"

    width: int = 3
    height: int = 4
    steps: Sequence[tuple[float | None, str]] = PLAIN
    words: Words = msgspec.field(default_factory=dict)
    absent: str = "none"

    def options(self) -> Json:
        """Return the options of the kind."""
        named = any(query.legend for query in self.queries)
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "background",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "textMode": "name" if named else "auto",
        }

    def values(self) -> Json:
        """Return colours and words."""
        return {"noValue": self.absent, **_colors(self.steps), **_words(self.words)}


class Lines(Panel, frozen=True, kw_only=True):
    """Series over time; `stacked` adds them up, `most` is the axis' upper end."""

    kind: ClassVar[str] = "timeseries"

    stacked: bool = False
    most: float | None = None

    def options(self) -> Json:
        """Return the options of the kind."""
        return {"legend": _legend(shown=True), "tooltip": {"mode": "multi", "sort": "desc"}}

    def custom(self) -> Json:
        """Return lines, or areas where they are stacked."""
        return {
            "drawStyle": "line",
            "lineInterpolation": "stepAfter" if self.stacked else "linear",
            "lineWidth": 1,
            "fillOpacity": 60 if self.stacked else 8,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if self.stacked else "none", "group": "A"},
        }

    def values(self) -> Json:
        """Return the axis' ends."""
        return {"min": 0} if self.most is None else {"min": 0, "max": self.most}


class States(Panel, frozen=True, kw_only=True):
    """How something went from state to state."""

    kind: ClassVar[str] = "state-timeline"

    width: int = 12
    height: int = 6
    words: Words = msgspec.field(default_factory=dict)

    def options(self) -> Json:
        """Return the options of the kind."""
        return {
            "mergeValues": True,
            "showValue": "auto",
            "alignValue": "left",
            "rowHeight": 0.9,
            "legend": _legend(shown=False),
            "tooltip": {"mode": "single", "sort": "none"},
        }

    def custom(self) -> Json:
        """Return solid bars."""
        return {"lineWidth": 0, "fillOpacity": 80}

    def values(self) -> Json:
        """Return colours and words: 0 is well, more is not."""
        return {**_colors(((None, GREEN), (1, RED))), **_words(self.words)}


class Bars(Panel, frozen=True, kw_only=True):
    """One bar per series, at the end of the time range."""

    kind: ClassVar[str] = "bargauge"

    def options(self) -> Json:
        """Return the options of the kind."""
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "orientation": "horizontal",
            "displayMode": "basic",
            "showUnfilled": True,
            "valueMode": "color",
        }

    def values(self) -> Json:
        """Return where bars begin, and their colour."""
        return {"min": 0, **_colors(PLAIN)}


class Table(Panel, frozen=True, kw_only=True):
    """Rows; `columns` names those that are shown, in their order.

    `words` are for the column that `worded` names, `units` for others; `steps_before` change the
    answer before columns are chosen. Without columns all are shown.
    """

    kind: ClassVar[str] = "table"

    width: int = 24
    columns: Mapping[str, str] = msgspec.field(default_factory=dict)
    hidden: Sequence[str] = ()
    steps_before: Sequence[Json] = ()
    units: Mapping[str, str] = msgspec.field(default_factory=dict)
    worded: str = ""
    words: Words = msgspec.field(default_factory=dict)
    sorted_by: str = ""

    def options(self) -> Json:
        """Return the options of the kind."""
        order = [{"displayName": self.sorted_by, "desc": True}] if self.sorted_by else []
        return {"showHeader": True, "cellHeight": "sm", "sortBy": order}

    def custom(self) -> Json:
        """Return columns that can be filtered."""
        return {"align": "auto", "filterable": True}

    def overrides(self) -> list[Json]:
        """Return the looks of single columns."""
        units = [_field(name, unit=unit) for name, unit in self.units.items()]
        said = _words(self.words).get("mappings")
        return [*units, _field(self.worded, mappings=said)] if said else units

    def transformations(self) -> list[Json]:
        """Return the columns' names and order."""
        if not self.columns:
            return list(self.steps_before)
        organized = {
            "excludeByName": dict.fromkeys(("Time", *self.hidden), True),
            "indexByName": {name: index for index, name in enumerate(self.columns)},
            "renameByName": dict(self.columns),
        }
        return [*self.steps_before, {"id": "organize", "options": organized}]


def _legend(*, shown: bool) -> Json:
    return {"displayMode": "list", "placement": "bottom", "showLegend": shown, "calcs": []}


def _colors(steps: Sequence[tuple[float | None, str]]) -> Json:
    colored = [{"color": color, "value": value} for value, color in steps]
    return {
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": colored},
    }


def _words(words: Words) -> Json:
    if not words:
        return {}
    said = {
        str(value): {"text": text, "color": color, "index": index}
        for index, (value, (text, color)) in enumerate(words.items())
    }
    return {"mappings": [{"type": "value", "options": said}]}


def _field(name: str, **properties: object) -> Json:
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }
