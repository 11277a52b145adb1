"""Links from the report's worst exchanges to their traces in Grafana."""

from collections.abc import Iterable, Mapping

from telemetry.exchange import Exchange
from telemetry.grafana.links import Explore
from telemetry.record import Record

NS_PER_MS = 1_000_000


def trace_links(
    exchanges: Iterable[Exchange], record: Record, explore: Explore | None
) -> dict[str, str]:
    """Return each exchange's link by its trace's id; none where no Grafana is told."""
    if explore is None:
        return {}
    return {one.trace_id: _link(one, record, explore) for one in exchanges}


def linked_list(links: Mapping[str, str]) -> str:
    """Return the links as a list in Markdown, empty without any."""
    if not links:
        return ""
    items = "\n".join(f"- [`{trace}`]({link})" for trace, link in links.items())
    return f"\nWorst exchanges, as traces in Grafana:\n\n{items}\n"


def _link(exchange: Exchange, record: Record, explore: Explore) -> str:
    ends = (exchange.planned_ns, exchange.end_ns or exchange.planned_ns)
    start_ms, end_ms = (record.clock.wall(ns) // NS_PER_MS for ns in ends)
    return explore.trace(exchange.trace_id, start_ms, end_ms)
