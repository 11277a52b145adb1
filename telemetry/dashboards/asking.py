"""Queries that several rows and boards ask in the same way."""

from telemetry.dashboards.promql import quantile_lately
from telemetry.dashboards.query import Query

SHOWN_QUANTILES = (0.5, 0.95, 0.99)


def now(text: str, shown: str = "") -> Query:
    """Ask for the end of the time range."""
    return Query(text=text, legend=shown, instant=True)


def rows(text: str) -> Query:
    """Ask for the end of the time range, as rows of a table."""
    return Query(text=text, instant=True, table=True)


def quantiles_lately(name: str) -> list[Query]:
    """Ask for a histogram's quantiles over time, and single measurements beside them."""
    return [
        Query(text=quantile_lately(q, name), legend=f"p{round(q * 100)}", exemplar=True)
        for q in SHOWN_QUANTILES
    ]
