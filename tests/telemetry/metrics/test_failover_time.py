import math

import pytest
from msgspec.structs import replace

from telemetry.exchange import Exchange
from telemetry.metrics.failover_time import look
from tests.telemetry.synthetic import (
    at,
    attempt,
    evidence,
    exchange,
    failed_over,
    measured,
    window,
)

NAME = "failover_time"


def outage(*tried: bool, every: float = 0.5) -> list[Exchange]:
    """One exchange every half second from 20 s on: did it try azure, or only vertex?"""
    times = [(i, 20 + i * every, t) for i, t in enumerate(tried)]
    return [
        failed_over(i, t) if hit else exchange(i, t, attempt("vertex", t)) for i, t, hit in times
    ]


def test_it_ends_with_the_first_exchange_from_which_hardly_anybody_tries() -> None:
    seen = evidence(outage(*[True] * 8, *[False] * 20), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (3.5, 28)
    assert figure.reason == "from then on 1 of 21 exchanges tried azure"


def test_up_to_five_percent_may_still_try() -> None:
    tried = [True] * 4 + [False] * 18 + [True] * 2 + [False] * 20
    seen = evidence(outage(*tried, every=0.25), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 1.0  # 2 of 40
    tried = [True] * 4 + [False] * 17 + [True] * 2 + [False] * 20
    seen = evidence(outage(*tried, every=0.25), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 5.5  # 2 of 39 are too many


def test_one_attempt_more_moves_it() -> None:
    calm = [True] * 4 + [False] * 36
    seen = evidence(outage(*calm), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 1.5
    calm[12:14] = [True, True]
    seen = evidence(outage(*calm), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 6.5


def test_every_exchange_that_tries_is_never_and_says_so() -> None:
    seen = evidence(outage(*[True] * 40), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value == math.inf
    assert figure.reason == "every exchange planned in the window still tried azure first: 40 of 40"
    assert figure.observed_s == 10.0
    assert len(figure.worst) == 5


def test_too_many_to_the_end_is_never() -> None:
    seen = evidence(outage(*[True, False] * 20), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value == math.inf
    assert "more than 5 % still tried azure: 20 of 40" in figure.reason


def test_quiet_at_the_very_end_is_too_few_exchanges_to_be_failover() -> None:
    seen = evidence(outage(*[True] * 22, *[False] * 18), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf
    seen = evidence(outage(*[True] * 21, *[False] * 19), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 10.0


def test_fewer_than_twenty_exchanges_are_too_few_to_tell() -> None:
    seen = evidence(outage(*[True] * 19), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (None, 19)
    assert "only 19 exchanges" in figure.reason


def test_exchanges_planned_outside_the_window_do_not_count() -> None:
    before = failed_over(90, 19.9)
    after = [failed_over(91 + i, 40 + i / 10) for i in range(20)]
    seen = evidence([before, *outage(*[True] * 4, *[False] * 36), *after], window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 1.5


def test_it_counts_from_the_first_hit_not_from_the_windows_start() -> None:
    seen = evidence(outage(*[False] * 2, *[True] * 4, *[False] * 30), window(first_hit=21.0))
    assert measured(NAME, seen, window=seen.windows[0]).value == 1.5


def test_traffic_that_never_went_there_again_failed_over_at_once() -> None:
    seen = evidence(outage(*[True], *[False] * 39), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_exchanges_planned_at_the_same_moment_are_not_parted() -> None:
    hits = [failed_over(0, 20.0), failed_over(1, 21.0), failed_over(2, 21.0)]
    calm = [exchange(3, 21.0, attempt("vertex", 21.0))]
    calm += [exchange(4 + i, 22 + i / 10, attempt("vertex", 22 + i / 10)) for i in range(19)]
    seen = evidence([*hits, *calm], window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf  # from 21 s on 2 of 22
    more = exchange(99, 30.0, attempt("vertex", 30.0))
    seen = evidence([*hits, *calm, more], window())
    assert look(seen, seen.windows[0]).full_ns == at(22.0)


def test_any_attempt_there_counts_not_only_one_that_a_fault_touched() -> None:
    served = [exchange(i, 20 + i / 2, attempt("azure", 20 + i / 2)) for i in range(40)]
    seen = evidence(served, window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf


def test_an_exchange_that_was_given_up_has_not_failed_over() -> None:
    shed = outage(*[True] * 4, *[False] * 36)
    shed[20] = replace(shed[20], attempts=())
    seen = evidence(shed, window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value == 2.0  # from 22 s on 1 of 36 stayed, from 21.5 s on 2 of 37
    assert figure.reason == "from then on 1 of 36 exchanges tried azure or nothing at all"


def test_where_nothing_is_tried_any_more_nothing_failed_over() -> None:
    given_up = outage(*[True] * 4, *[False] * 36)
    given_up[4:] = [replace(exchange, attempts=()) for exchange in given_up[4:]]
    seen = evidence(given_up, window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value == math.inf
    assert "still tried azure or nothing at all: 40 of 40" in figure.reason


def test_a_fault_of_less_than_all_has_no_failover_time() -> None:
    seen = evidence(outage(*[True] * 4, *[False] * 36), window(share=0.5))
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value is None
    assert "share 0.5" in figure.reason


@pytest.mark.parametrize("phase", [None, "fault"])
def test_without_a_hit_or_a_window_it_is_unknown(phase: str | None) -> None:
    seen = evidence(outage(*[False] * 40), window(first_hit=None))
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    assert measured(NAME, seen, phase=phase).value is None


def test_it_is_not_defined_for_a_fault_that_chooses_among_requests() -> None:
    seen = evidence(outage(*[True] * 4, *[False] * 36), window(selective=True))
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value is None
    assert "chooses among requests" in figure.reason
