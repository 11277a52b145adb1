"""Links from a trace's id to the trace in Grafana's Explore; pure.

The form that Grafana 10 to 13 read: `schemaVersion=1` and panes as JSON. The time range is
absolute: without one a link finds nothing once the trace is older than Explore's default hour.
"""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

URL_VARIABLE: Final = "GRAFANA_URL"
TEMPO_VARIABLE: Final = "GRAFANA_TEMPO_UID"
TEMPO_UID: Final = "tempo"
"""What otel-lgtm calls its Tempo."""
MARGIN_MS: Final = 60_000
TRACE_DIGITS: Final = 32


class GrafanaError(Exception):
    """A Grafana that cannot be told anything, in words, without its token."""


class Explore(msgspec.Struct, frozen=True):
    """Where traces are looked at: Grafana's address, and the uid of its Tempo data source."""

    base: str
    tempo_uid: str = TEMPO_UID

    def trace(self, trace_id: str, start_ms: int, end_ms: int) -> str:
        """Return the link to a trace that lies between two moments, ms since the epoch."""
        source = {"type": "tempo", "uid": self.tempo_uid}
        query = {
            "refId": "A",
            "datasource": source,
            "queryType": "traceql",
            # Tempo leaves leading zeros out, and takes an id only with them.
            "query": trace_id.zfill(TRACE_DIGITS),
        }
        # Numbers as text: that is how Explore writes a moment.
        moments = {"from": str(start_ms - MARGIN_MS), "to": str(end_ms + MARGIN_MS)}
        pane = {"datasource": self.tempo_uid, "queries": [query], "range": moments}
        panes = json.dumps({"trace": pane}, separators=(",", ":"))
        return f"{self.base}/explore?{urlencode({'schemaVersion': 1, 'panes': panes, 'orgId': 1})}"


def explore_of(environment: Mapping[str, str], url: str = "") -> Explore | None:
    """Return where `url`, else the environment, says that Grafana is; None where neither does.

    Raises GrafanaError.
    """
    base = url or environment.get(URL_VARIABLE, "").strip()
    if not base:
        return None
    return Explore(address(base), environment.get(TEMPO_VARIABLE, "").strip() or TEMPO_UID)


def address(url: str) -> str:
    """Return a Grafana's address without a stroke at its end; raises GrafanaError."""
    try:
        parts = urlsplit(url)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well = False
    if not well:
        raise GrafanaError(f"Grafana's address is no http or https URL: {_said(url)}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise GrafanaError("Grafana's address must be without user, query and fragment")
    return url.rstrip("/")


def _said(url: str) -> str:
    """Quote an address, unless it may hold a password."""
    return "(not shown, it has an @)" if "@" in url else repr(url)
