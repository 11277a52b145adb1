"""What a panel asks: one query to Prometheus or to Tempo."""

from typing import Any, Literal

import msgspec

Json = dict[str, Any]

PROMETHEUS: Json = {"type": "prometheus", "uid": "${prometheus}"}
TEMPO: Json = {"type": "tempo", "uid": "${tempo}"}

FINEST_STEP = "1s"
"""Overrides a data source's scrape interval, which is too wide for a run of a minute."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One query; `instant` asks for the end of the time range, `table` for rows.

    `exemplar` asks for single measurements beside the series, each a link to its trace.
    """

    text: str
    legend: str = ""
    language: Literal["promql", "traceql"] = "promql"
    instant: bool = False
    table: bool = False
    exemplar: bool = False

    def json(self, ref: str) -> Json:
        """Return it as Grafana keeps it."""
        return self._traceql(ref) if self.language == "traceql" else self._promql(ref)

    @property
    def source(self) -> Json:
        """Return the data source that it is for."""
        return TEMPO if self.language == "traceql" else PROMETHEUS

    def _promql(self, ref: str) -> Json:
        return {
            "refId": ref,
            "datasource": PROMETHEUS,
            "editorMode": "code",
            "expr": self.text,
            "legendFormat": self.legend or "__auto",
            "instant": self.instant,
            "range": not self.instant,
            "exemplar": self.exemplar,
            "format": "table" if self.table else "time_series",
            "interval": FINEST_STEP,
        }

    def _traceql(self, ref: str) -> Json:
        return {
            "refId": ref,
            "datasource": TEMPO,
            "queryType": "traceql",
            "query": self.text,
            "limit": 50,
            "tableType": "traces",
            "filters": [],
        }
