"""The meter of a run: tells every family what happened, and reads them all at a moment; pure."""

from collections.abc import Iterator

from msgspec.structs import replace

from telemetry import names, plugins
from telemetry.clock import ClockPair
from telemetry.exchange import Exchange
from telemetry.metering import families as folder
from telemetry.metering.facts import Concluded, RunFacts
from telemetry.metering.family import Family, Now
from telemetry.metering.point import Measured, Number, Reading, Spread
from telemetry.record import EventFact
from telemetry.rows import ExchangePlanned


class Meter:
    """All families of one run; each point carries the run's id, so that a board can choose."""

    def __init__(self, facts: RunFacts, clock: ClockPair) -> None:
        """`clock` is the run's host's; what is counted counts from its reading."""
        self.clock = clock
        self._facts = facts
        self._families = [make(facts) for make in plugins.classes(folder, Family).values()]

    def begin(self, planned: Exchange | ExchangePlanned) -> None:
        """Tell that an exchange's turn came."""
        for family in self._families:
            family.begin(planned)

    def end(self, exchange: Exchange) -> None:
        """Tell that an exchange is over."""
        for family in self._families:
            family.end(exchange)

    def happen(self, event: EventFact) -> None:
        """Tell of an event."""
        for family in self._families:
            family.happen(event)

    def conclude(self, concluded: Concluded) -> None:
        """Tell what the run added up to."""
        for family in self._families:
            family.conclude(concluded)

    def reading(self, now_ns: int, rows_lost: int = 0) -> Reading:
        """Return every metric that has a point."""
        return Reading(
            start_unix_ns=self.clock.wall_ns,
            at_unix_ns=self.clock.wall(now_ns),
            metrics=tuple(self._measured(Now(now_ns, rows_lost))),
        )

    def _measured(self, now: Now) -> Iterator[Measured]:
        for family in self._families:
            for found in family.readings(now):
                if found.points:
                    yield replace(found, points=tuple(self._named(one) for one in found.points))

    def _named(self, point: Number | Spread) -> Number | Spread:
        """Return the point with the run's id, and its exemplars by the wall clock."""
        of = (*point.attributes, (names.RUN_ID, self._facts.run_id))
        if isinstance(point, Number):
            held = point.exemplar
            shown = held and held._replace(at_ns=self.clock.wall(held.at_ns))
            return replace(point, attributes=of, exemplar=shown)
        wall = self.clock.wall
        exemplars = {i: e._replace(at_ns=wall(e.at_ns)) for i, e in point.exemplars.items()}
        return replace(point, attributes=of, exemplars=exemplars)
