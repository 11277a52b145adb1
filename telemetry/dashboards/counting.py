"""Expressions that several boards share: how many of what, over all or lately."""

from collections.abc import Callable

from telemetry import names
from telemetry.dashboards.promql import (
    filled,
    having,
    lacking,
    series,
    share,
    summed,
)
from telemetry.outcome import Outcome

OK = having(names.EXCHANGE_OUTCOME, Outcome.OK.value)
"""Only exchanges that gave the user the whole answer."""

How = Callable[[str], str]
"""`promql.lately` or `promql.in_total`."""


def exchanges(how: How, *by: str, only: tuple[str, ...] = (), run: str = "") -> str:
    """Count exchanges that ended."""
    return summed(how(series(names.EXCHANGES, *only, run=run)), *by)


def attempts(how: How, *by: str, only: tuple[str, ...] = (), run: str = "") -> str:
    """Count attempts that ended."""
    return summed(how(series(names.ATTEMPTS, *only, run=run)), *by)


def availability(how: How, *by: str, only: tuple[str, ...] = (), run: str = "") -> str:
    """Give the share of exchanges that succeeded; shed by the generator ones never were asked."""
    asked = (*only, lacking(names.EXCHANGE_OUTCOME, Outcome.SHED_BY_GENERATOR.value))
    good = exchanges(how, *by, only=(*only, OK), run=run)
    return share(good, exchanges(how, *by, only=asked, run=run))


def amplification(how: How, run: str = "") -> str:
    """Give the attempts per exchange."""
    return share(attempts(how, run=run), exchanges(how, run=run))


def own_errors(how: How, run: str = "") -> str:
    """Give the share of an endpoint's attempts that failed with no fault of ours on them."""
    wrong = (lacking(names.ATTEMPT_OUTCOME, Outcome.OK.value), having(names.FAULT_ID, ""))
    return share(
        attempts(how, names.ENDPOINT, only=wrong, run=run),
        attempts(how, names.ENDPOINT, run=run),
    )


def resent(how: How, run: str = "") -> str:
    """Give the attempts that were not an exchange's first, per second of the window or in all."""
    again = attempts(how, only=(having(names.RESEND, "true"),), run=run)
    return filled(again, attempts(how, run=run))
