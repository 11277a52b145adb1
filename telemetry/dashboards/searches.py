"""Searches for exchanges that boards share: which traces are worth a look."""

from typing import Final

from telemetry import names
from telemetry.dashboards.traceql import exchanges, span
from telemetry.outcome import Outcome

SLOW_MS: Final = 1000

_SHOWN = (
    names.EXCHANGE_OUTCOME,
    names.EXCHANGE_SERVED_BY,
    names.EXCHANGE_ATTEMPTS,
    names.PHASE,
)


def failed() -> str:
    """Search exchanges whose users did not get the whole answer."""
    return exchanges(f'{span(names.EXCHANGE_OUTCOME)} != "{Outcome.OK.value}"', show=_SHOWN)


def slow_failovers() -> str:
    """Search exchanges that waited for a failover, and got their answer."""
    slow = f"{span(names.EXCHANGE_FAILOVER_DELAY)} > {SLOW_MS}"
    return exchanges(slow, show=(*_SHOWN, names.EXCHANGE_FAILOVER_DELAY))


def failed_over() -> str:
    """Search exchanges that another endpoint answered than the one asked first."""
    moved = f"{span(names.EXCHANGE_FAILED_OVER)} = true"
    return exchanges(moved, show=(*_SHOWN, names.EXCHANGE_FAILOVER_DELAY))


def slow_first_tokens() -> str:
    """Search exchanges whose first token was late, whatever the reason."""
    late = f"{span(names.EXCHANGE_TIME_TO_FIRST_TOKEN)} > {SLOW_MS}"
    return exchanges(late, show=(*_SHOWN, names.EXCHANGE_TIME_TO_FIRST_TOKEN))
