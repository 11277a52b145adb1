"""Moves from one endpoint to another, and how long users waited for a token after a fault."""

from collections.abc import Iterator
from itertools import pairwise

from telemetry import names
from telemetry.clock import seconds
from telemetry.exchange import Exchange
from telemetry.metering.facts import RunFacts
from telemetry.metering.family import Family, Now, attempt_exemplar, exemplar_of
from telemetry.metering.point import Measured, known
from telemetry.metering.series import Counts, Spreads


class Failovers(Family):
    """Counts every next attempt that went elsewhere; an exchange may move more than once."""

    name = "failovers"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with none."""
        super().__init__(facts)
        self._moves = Counts(names.FAILOVERS)
        self._delays = Spreads(names.FAILOVER_DELAY)

    def end(self, exchange: Exchange) -> None:
        """Count an exchange's moves and its delay.

        The delay is the verdict's `failover_delay`; those that never succeeded have none here,
        and are counted as touched exchanges that failed.
        """
        for before, after in pairwise(exchange.attempts):
            if before.endpoint != after.endpoint:
                of = {names.FAILOVER_FROM: before.endpoint, names.FAILOVER_TO: after.endpoint}
                self._moves.add(known(of), exemplar=attempt_exemplar(exchange, after))
        hit, served = exchange.first_touched, exchange.serving
        if hit is None or not exchange.succeeded or served is None or served.first_token_ns is None:
            return
        delay_s = seconds(served.first_token_ns - hit.begin_ns)
        of = {names.EXCHANGE_SERVED_BY: exchange.served_by}
        shown = exemplar_of(exchange, delay_s)
        self._delays.record(known(of), delay_s, exemplar=shown, notable=True)

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield the moves and the delays."""
        yield self._moves.measured()
        yield self._delays.measured()
