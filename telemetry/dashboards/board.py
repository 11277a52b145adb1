"""A whole dashboard as Grafana's classic JSON: rows, variables, annotations."""

from collections.abc import Sequence
from typing import Final

import msgspec

from telemetry import names
from telemetry.dashboards.panel import Row, laid_out
from telemetry.dashboards.promql import many_runs, one_run, series
from telemetry.dashboards.query import PROMETHEUS, Json
from telemetry.dashboards.series_names import label, metric

SCHEMA_VERSION: Final = 39
"""Grafana 10.4's; later ones migrate it when they load it."""
WINDOWS_S: Final = (10, 15, 30, 60, 120, 300)
WINDOW_S: Final = 15
TAG: Final = "crosswind"
"""What marks dashboards and annotations of ours."""
FAULT_STEP: Final = "1s"


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """One dashboard; `name` is its file's. `many` lets several runs be chosen."""

    name: str
    title: str
    says: str
    rows: Sequence[Row]
    many: bool = False

    @property
    def uid(self) -> str:
        """Return its address in Grafana."""
        return f"crosswind-{self.name}"

    def json(self) -> Json:
        """Return it as a file that Grafana 10 to 13 imports and provisions."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.says,
            "tags": [TAG],
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "editable": True,
            "graphTooltip": 1,
            "timezone": "browser",
            "refresh": "" if self.many else "5s",
            "time": {"from": "now-24h" if self.many else "now-15m", "to": "now"},
            "timepicker": {"refresh_intervals": ["1s", "5s", "10s", "30s", "1m"]},
            "templating": {"list": _variables(many=self.many)},
            "annotations": {"list": _annotations(many=self.many)},
            "links": [_to_the_others()],
            "panels": laid_out(self.rows),
        }


def _variables(*, many: bool) -> list[Json]:
    metrics, traces = _source("prometheus", "Metrics"), _source("tempo", "Traces")
    if many:
        return [metrics, _experiment(), _run(many=True)]
    return [metrics, traces, _window(), _run(many=False)]


def _source(kind: str, title: str) -> Json:
    """Choose a data source; the one with its kind for uid is what otel-lgtm brings along."""
    chosen = {"text": kind.capitalize(), "value": kind, "selected": True}
    said = {"name": kind, "label": title, "type": "datasource", "query": kind, "current": chosen}
    return {**said, "hide": 0, "includeAll": False, "multi": False, "regex": "", "refresh": 1}


def _window() -> Json:
    options = [
        {"text": f"{one} s", "value": str(one), "selected": one == WINDOW_S} for one in WINDOWS_S
    ]
    return {
        "name": "window",
        "label": "Counted over",
        "description": "At least twice as long as the metrics' interval.",
        "type": "custom",
        "query": ",".join(f"{one} s : {one}" for one in WINDOWS_S),
        "current": next(option for option in options if option["selected"]),
        "options": options,
        "hide": 0,
        "includeAll": False,
        "multi": False,
    }


def _experiment() -> Json:
    return _asked(
        "experiment",
        "Experiment",
        f"label_values({metric(names.RUN_INFO)}, {label(names.EXPERIMENT)})",
        many=True,
    )


def _run(*, many: bool) -> Json:
    of = f'{{{label(names.EXPERIMENT)}=~"$experiment"}}' if many else ""
    told = f"{metric(names.RUN_INFO)}{of}"
    return _asked("run", "Run", f"label_values({told}, {label(names.RUN_ID)})", many=many)


def _asked(name: str, title: str, query: str, *, many: bool) -> Json:
    """Choose among a label's values in the time range, the newest run first."""
    return {
        "name": name,
        "label": title,
        "type": "query",
        "datasource": PROMETHEUS,
        "query": {"query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "current": {"text": ["All"], "value": ["$__all"], "selected": True} if many else {},
        "options": [],
        "hide": 0,
        "includeAll": many,
        "multi": many,
        "refresh": 2,
        "regex": "",
        "sort": 2,
    }


def _annotations(*, many: bool) -> list[Json]:
    return [_built_in(), _faults(many=many), _told(many=many)]


def _built_in() -> Json:
    return {
        "name": "Annotations & Alerts",
        "builtIn": 1,
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
        "enable": True,
        "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)",
        "type": "dashboard",
    }


def _faults(*, many: bool) -> Json:
    """Draw a band wherever a fault's gauge is 1.

    The query stands twice: Grafana 10 reads it beside the name, later ones in the target.
    """
    query = f"{series(names.FAULT_ACTIVE, run=many_runs() if many else one_run())} == 1"
    where = f"{{{{{label(names.FAULT_KIND)}}}}} at {{{{{label(names.ENDPOINT)}}}}}"
    return {
        "name": "Faults, as metrics tell",
        "datasource": PROMETHEUS,
        "enable": True,
        "hide": False,
        "iconColor": "red",
        "expr": query,
        "step": FAULT_STEP,
        "titleFormat": f"{{{{{label(names.FAULT_ID)}}}}}",
        "textFormat": where,
        "tagKeys": label(names.RUN_ID),
        "useValueForTime": False,
        "target": {"refId": "Anno", "expr": query, "interval": FAULT_STEP, "range": True},
    }


def _told(*, many: bool) -> Json:
    """Draw what `crosswind export` told Grafana itself."""
    tags = [TAG] if many else [TAG, "run:$run"]
    return {
        "name": "Faults and phases, as told to Grafana",
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
        "enable": not many,
        "hide": False,
        "iconColor": "orange",
        "target": {
            "type": "tags",
            "tags": tags,
            "matchAny": False,
            "limit": 100,
            "refId": "Anno",
        },
    }


def _to_the_others() -> Json:
    return {
        "title": "Crosswind",
        "type": "dashboards",
        "tags": [TAG],
        "asDropdown": False,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "icon": "external link",
        "tooltip": "",
        "url": "",
    }
