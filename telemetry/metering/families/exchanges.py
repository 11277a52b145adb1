"""Exchanges that are over, and how long their users waited, counted from the plan."""

import math
from collections.abc import Iterator

from telemetry import names
from telemetry.exchange import Exchange, Phase, phase_of
from telemetry.metering.facts import RunFacts
from telemetry.metering.family import Family, Now, exemplar_of, failed_over, notable
from telemetry.metering.point import Measured, known
from telemetry.metering.series import Counts, Spreads
from telemetry.record import EventFact
from telemetry.run_spans import phase_told


class Exchanges(Family):
    """Counts exchanges as the verdict counts them."""

    name = "exchanges"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with none."""
        super().__init__(facts)
        self._phases: list[Phase] = []
        self._ended = Counts(names.EXCHANGES)
        self._waits = Spreads(names.EXCHANGE_WAIT)
        self._totals = Spreads(names.EXCHANGE_TOTAL)

    def happen(self, event: EventFact) -> None:
        """Learn the phases."""
        phase = phase_told(event)
        if phase is not None:
            self._phases.append(phase)

    def end(self, exchange: Exchange) -> None:
        """Count an exchange; only a success has a time to first token and a duration."""
        exemplar = exemplar_of(exchange, 1.0) if notable(exchange) else None
        self._ended.add(known(self._told(exchange)), exemplar=exemplar)
        of = known({names.EXCHANGE_SERVED_BY: exchange.served_by})
        for spreads, value_s in (
            (self._waits, exchange.time_to_first_token_s),
            (self._totals, exchange.total_s),
        ):
            if math.isfinite(value_s):
                shown = exemplar_of(exchange, value_s)
                spreads.record(of, value_s, exemplar=shown, notable=notable(exchange))

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield the counts and both waits."""
        yield self._ended.measured()
        yield self._waits.measured()
        yield self._totals.measured()

    def _told(self, exchange: Exchange) -> dict[str, str | bool]:
        return {
            names.EXCHANGE_OUTCOME: exchange.outcome.value,
            names.EXCHANGE_SERVED_BY: exchange.served_by,
            names.PHASE: phase_of(exchange, self._phases),
            names.EXCHANGE_FAILED_OVER: failed_over(exchange),
            names.EXCHANGE_TOUCHED: exchange.touched,
        }
