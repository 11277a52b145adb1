"""Whether the load generator keeps up: what was due and sent, how late, and its own health."""

from collections.abc import Iterator

from telemetry import names
from telemetry.clock import seconds
from telemetry.exchange import Exchange
from telemetry.metering.facts import RunFacts
from telemetry.metering.family import Family, Now
from telemetry.metering.point import Attributes, Measured, Number, gauge, known, measured
from telemetry.metering.series import Spreads
from telemetry.outcome import Outcome
from telemetry.record import EventFact
from telemetry.rows import ExchangePlanned


class Load(Family):
    """Counts what the generator was to send, and takes what it says of itself."""

    name = "load"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with nothing sent."""
        super().__init__(facts)
        self._planned: int | None = None
        self._due = self._ended = self._shed = 0
        self._lateness = Spreads(names.LOAD_LATENESS)
        self._hub_lag_s: dict[Attributes, float] = {}
        self._cpu_share: dict[Attributes, float] = {}

    def begin(self, planned: Exchange | ExchangePlanned) -> None:
        """Count what is due."""
        self._due += 1
        self._lateness.record((), seconds(planned.dispatched_ns - planned.planned_ns))

    def end(self, exchange: Exchange) -> None:
        """Count what is over; what was shed was never sent."""
        self._ended += 1
        self._shed += exchange.outcome is Outcome.SHED_BY_GENERATOR

    def happen(self, event: EventFact) -> None:
        """Take the plan's size and a worker's report on itself."""
        if event.name == "plan":
            self._planned = int(event.facts.get("planned") or 0)
        elif event.name == "generator":
            of = known({names.WORKER: event.spool})
            self._hub_lag_s[of] = float(event.facts.get("hub_lag_max_s") or 0)
            self._cpu_share[of] = float(event.facts.get("cpu_share") or 0)

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield the counts, the lateness, and each worker's lag and CPU share."""
        if self._planned is not None:
            yield gauge(names.LOAD_PLANNED, [((), self._planned)])
        yield measured(names.LOAD_DUE, [Number(attributes=(), value=self._due)])
        yield measured(names.LOAD_SENT, [Number(attributes=(), value=self._due - self._shed)])
        yield gauge(names.LOAD_IN_FLIGHT, [((), self._due - self._ended)])
        yield self._lateness.measured()
        yield gauge(names.LOAD_HUB_LAG, self._hub_lag_s.items())
        yield gauge(names.LOAD_CPU, self._cpu_share.items())
