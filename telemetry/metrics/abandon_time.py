"""Start of the next attempt - send of the one that was hit: how long the client held on to it.

One value per touched exchange, its longest; infinite where an attempt that was hit failed and no
other followed. An attempt that was hit and still answered was not abandoned and does not count.
"""

import math
from collections.abc import Iterator

from telemetry.clock import seconds
from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.figure import Distribution, Sample, Scope
from telemetry.windows import touched_in


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per touched exchange with an attempt to abandon."""
    found: list[Sample] = []
    for exchange, hit in touched_in(evidence, scope):
        held = list(_held_s(exchange, hit))
        if held:
            found.append(Sample(value=max(held), trace_id=exchange.trace_id))
    return found


def _held_s(exchange: Exchange, hit: Attempt) -> Iterator[float]:
    following: list[Attempt | None] = [*exchange.attempts[1:], None]
    for attempt, after in zip(exchange.attempts, following, strict=True):
        if attempt.touched and attempt.begin_ns >= hit.begin_ns and not attempt.outcome.succeeded:
            yield math.inf if after is None else seconds(after.begin_ns - attempt.begin_ns)


METRIC = Distribution(
    name="abandon_time", unit="s", doc=str(__doc__), samples=samples, touched_only=True
)
