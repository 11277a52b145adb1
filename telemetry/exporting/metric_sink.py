"""The sink of metrics: rows feed a meter, and its readings go wherever the environment says."""

from collections.abc import Sequence

from telemetry.clock import nanoseconds, now_ns
from telemetry.metering.facts import RunFacts
from telemetry.metering.feed import Feed
from telemetry.metering.point import Reading
from telemetry.rows import AnyRow
from telemetry.sending.sender import Became, Outlet

SHARE = 0.3
"""Of the time at the end: spans are more to send, and a reading is one request."""


class MetricSink:
    """Sends a run's metrics while it goes on."""

    def __init__(self, facts: RunFacts, outlets: Sequence[Outlet]) -> None:
        """Begin with nothing counted; `outlets` are this sink's from now on."""
        self._feed = Feed(facts)
        self._outlets = tuple(outlets)
        self._due_ns = dict.fromkeys(range(len(self._outlets)), 0)

    def take(self, spool: str, row: AnyRow) -> None:
        """Take a row."""
        self._feed.take(spool, row)

    def flush(self, now_ns: int) -> None:
        """Hand a reading to everyone for whom it is time."""
        due = [index for index, at_ns in self._due_ns.items() if now_ns >= at_ns]
        if not due:
            return
        reading = self._feed.reading(now_ns)
        for index in due:
            outlet = self._outlets[index]
            self._due_ns[index] = now_ns + nanoseconds(outlet.every_s)
            _post(outlet, reading)

    def close(self, within_s: float) -> dict[str, int | str]:
        """Hand over the last reading, and see it off for a part of the time."""
        reading = self._feed.last_reading(now_ns())
        for outlet in self._outlets:
            _post(outlet, reading)
        share_s = within_s * SHARE / max(1, len(self._outlets))
        became: list[Became] = [outlet.close(share_s) for outlet in self._outlets]
        reasons = [one.reason for one in became if not one.last_taken]
        sent = sum(one.sent for one in became)
        return {"readings_sent": sent, "metrics_reason": "; ".join(reasons)}


def _post(outlet: Outlet, reading: Reading | None) -> None:
    if reading is not None:
        outlet.post(reading)
