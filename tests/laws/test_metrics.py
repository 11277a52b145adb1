"""What holds for every metric whatever the run looked like."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.figure import Figure, Scope
from telemetry.measure import figure_of, metrics
from telemetry.outcome import Outcome
from telemetry.windows import windows_of
from tests.telemetry.synthetic import (
    at,
    attempt,
    evidence,
    exchange,
    measured,
    refused,
    steady,
    window_events,
)

BAD = (Outcome.SERVER_ERROR, Outcome.STALLED, Outcome.RATE_LIMITED, Outcome.INCOMPLETE)


@st.composite
def exchanges(draw: st.DrawFn, least: int = 0) -> list[Exchange]:
    """Up to 60 exchanges anywhere in the run, each of up to three attempts."""
    times = draw(st.lists(st.integers(0, 5990), min_size=least, max_size=60))
    return [_exchange(draw, number, t / 100) for number, t in enumerate(times)]


def _exchange(draw: st.DrawFn, number: int, planned: float) -> Exchange:
    count = draw(st.integers(1, 3))
    attempts = [_attempt(draw, planned + i * 0.5) for i in range(count)]
    ended = draw(st.integers(0, 9)) > 0
    return exchange(number, planned, *attempts, ended=ended, believed_ok=draw(st.booleans()))


def _attempt(draw: st.DrawFn, begin: float) -> Attempt:
    endpoint = draw(st.sampled_from(["azure", "vertex"]))
    if endpoint == "azure" and 20 <= begin < 40 and draw(st.booleans()):
        return refused("azure", begin)
    outcome = draw(st.sampled_from([Outcome.OK, Outcome.OK, Outcome.OK, *BAD]))
    wait = draw(st.integers(1, 40)) / 100
    return attempt(endpoint, begin, first=begin + wait, outcome=outcome, usage=5)


def seen(made: list[Exchange]) -> Evidence:
    """Return the evidence of an outage of azure, its window found in the exchanges."""
    windows = windows_of(window_events("outage", 20, 40), made, record_end_ns=at(62))
    return evidence([*made, *steady(5, 20, every=0.25, first_number=1000)], *windows)


def everything(of: Evidence) -> dict[tuple[str, str], Figure]:
    scopes = {"fault": Scope(phase="fault"), "window": Scope(window=of.windows[0])}
    return {
        (name, where): figure_of(metric, of, scope)
        for name, metric in metrics().items()
        for where, scope in scopes.items()
    }


@given(exchanges(), st.randoms())
def test_the_order_of_the_exchanges_changes_nothing(
    made: list[Exchange], dice: random.Random
) -> None:
    whole = seen(made)
    shuffled = list(whole.exchanges)
    dice.shuffle(shuffled)
    assert everything(replace(whole, exchanges=tuple(shuffled))) == everything(whole)


@given(exchanges())
def test_a_figure_is_a_number_or_says_why_not(made: list[Exchange]) -> None:
    for figure in everything(seen(made)).values():
        assert figure.value is not None or figure.reason
        assert figure.value is None or (figure.samples > 0 and not math.isnan(figure.value))
        assert len(figure.worst) <= 5
        assert set(figure.worst) <= {e.trace_id for e in seen(made).exchanges}


NEVER_BETTER: dict[str, tuple[str, ...]] = {
    "time_to_first_token": ("p50", "p95", "p99", "max", "mean"),
    "total_time": ("p50", "p95", "p99", "max", "mean"),
    "token_gap": ("p50", "p95", "p99", "max", "mean"),
    "failover_delay": ("p50", "p95", "p99", "max", "mean"),
    "abandon_time": ("p50", "p95", "p99", "max", "mean"),
    "user_errors": ("",),
}


@pytest.mark.parametrize("name", sorted(NEVER_BETTER))
@given(made=exchanges(least=1), planned=st.integers(2000, 3999))
def test_one_more_failure_never_makes_a_figure_better(
    name: str, made: list[Exchange], planned: int
) -> None:
    failure = exchange(500, planned / 100, refused("azure", planned / 100))
    before, after = seen(made), seen([*made, failure])
    for statistic in NEVER_BETTER[name]:
        for phase in ("fault", None):
            one = _value(name, before, phase, statistic)
            other = _value(name, after, phase, statistic)
            assert one is None or (other is not None and other >= one)


def _value(name: str, of: Evidence, phase: str | None, statistic: str) -> float | None:
    chosen = of.windows[0] if phase is None else None
    return measured(name, of, window=chosen, phase=phase, statistic=statistic).value


@given(exchanges(least=1), st.data())
def test_one_attempt_more_changes_amplification_by_exactly_that(
    made: list[Exchange], data: st.DataObject
) -> None:
    whole = seen(made)
    index = data.draw(st.integers(0, len(made) - 1))
    more = replace(made[index], attempts=(*made[index].attempts, attempt("vertex", 30.0)))
    grown = replace(
        whole, exchanges=tuple(more if e is made[index] else e for e in whole.exchanges)
    )
    inside = at(20) <= more.planned_ns < at(40)
    before = measured("amplification", whole, window=whole.windows[0])
    after = measured("amplification", grown, window=whole.windows[0])
    if before.value is None or after.value is None:
        assert before.value == after.value
    else:
        assert round((after.value - before.value) * before.samples) == inside


@given(exchanges(least=1))
def test_the_endpoints_amplifications_add_up(made: list[Exchange]) -> None:
    whole = seen(made)
    parts: Callable[[str], float] = lambda name: (  # noqa: E731 - one line says it
        measured("amplification", whole, phase="fault", endpoint=name).value or 0.0
    )
    total = measured("amplification", whole, phase="fault").value or 0.0
    assert math.isclose(parts("azure") + parts("vertex"), total, abs_tol=1e-9)
