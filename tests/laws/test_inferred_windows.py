"""Whatever the rate, the outage and the breaker: a window is inferred, and is where it says."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from telemetry.clock import nanoseconds
from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.inferring import inferred
from telemetry.foreign.span import Span
from tests.telemetry.foreign.made import call, ns

BEFORE_S = 10.0


def outage(
    every_s: float, lasts_s: float, failures: int, cooldown_s: float, answer_s: float
) -> Iterator[Span]:
    """Yield the attempts at an endpoint by one client with a breaker, before, in and after it."""
    in_a_row, closed_until = 0, 0.0
    end_s = BEFORE_S + lasts_s
    for number in range(round((end_s + cooldown_s + 10.0) / every_s)):
        at_s = number * every_s
        bad = BEFORE_S <= at_s < end_s
        if at_s >= closed_until:
            took = 0.01 if bad else answer_s
            yield call(1, at_s, at_s + took, trace=number + 1, error="503" if bad else "")
            in_a_row = in_a_row + 1 if bad else 0
            if in_a_row >= failures:
                closed_until = at_s + cooldown_s


@given(
    every_s=st.floats(0.02, 0.5),
    lasts_s=st.floats(5, 40),
    failures=st.integers(4, 20),
    cooldown_s=st.floats(0, 8),
    answer_s=st.floats(0.02, 3),
)
def test_an_outage_lies_within_the_edges_that_are_told(
    every_s: float, lasts_s: float, failures: int, cooldown_s: float, answer_s: float
) -> None:
    spans = list(outage(every_s, lasts_s, failures, cooldown_s, answer_s))
    (window,) = inferred(exchanges_of(spans, Reading())).windows
    start_ns, end_ns = ns(BEFORE_S), ns(BEFORE_S + lasts_s)
    slack_ns = nanoseconds(0.011)
    assert window.start_within[0] <= start_ns <= window.start_within[1] + slack_ns
    assert window.end_within[0] - slack_ns <= end_ns <= window.end_within[1]
    second_ns = nanoseconds(1.0)
    assert abs(window.start_ns - start_ns) <= second_ns, "there is always enough before it"
    if window.end_within[1] - window.end_within[0] <= second_ns:
        assert abs(window.end_ns - end_ns) <= second_ns
    elif cooldown_s + every_s < 1:
        raise AssertionError("tries that often bound the end to a second")
