"""What attempts may cost is held before the provider is asked, whatever comes in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.config import Limits, Price
from faults.limits import Limiter
from telemetry.clock import NS_PER_S

PRICES = {"azure": Price(prompt_per_million=1_000_000, output_per_million=2_000_000)}
"""One unit of money per prompt token, two per token of an answer."""


def test_an_attempt_is_reserved_whole_and_settled_by_its_usage() -> None:
    limiter = Limiter(Limits(max_spend=100), PRICES)
    admission = limiter.admit("azure", 10, 20, 0)
    assert (admission.refused_by, limiter.reserved) == ("", 50)
    limiter.settle(admission, "azure", (10, 5), asked=True)
    assert (limiter.spent, limiter.reserved) == (20, 0)


@pytest.mark.parametrize(("asked", "spent"), [(True, 50), (False, 0)])
def test_without_usage_it_costs_all_if_the_provider_was_asked(*, asked: bool, spent: float) -> None:
    limiter = Limiter(Limits(max_spend=100), PRICES)
    limiter.settle(limiter.admit("azure", 10, 20, 0), "azure", None, asked=asked)
    assert (limiter.spent, limiter.reserved) == (spent, 0)


def test_a_request_that_names_no_maximum_counts_with_the_assumed_one() -> None:
    limiter = Limiter(Limits(max_spend=100, assumed_output_tokens=40), PRICES)
    assert limiter.admit("azure", 10, None, 0).reserved == 90
    assert limiter.admit("azure", 10, None, 0).refused_by == "max_spend"
    assert "90" in limiter.says()


def test_requests_are_counted_to_their_limit() -> None:
    limiter = Limiter(Limits(max_requests=2), {})
    said = [limiter.admit("azure", 1, 1, 0).refused_by for _ in range(3)]
    assert said == ["", "", "max_requests"]
    assert limiter.says() == "max_requests 2 reached"


def test_a_second_ago_is_forgotten() -> None:
    limiter = Limiter(Limits(max_attempts_per_s=2), {})
    moments = [0, NS_PER_S // 2, NS_PER_S - 1, NS_PER_S]
    said = [limiter.admit("azure", 1, 1, now).refused_by for now in moments]
    assert said == ["", "", "max_attempts_per_s", ""]


ATTEMPTS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans(), st.integers(0, 10**9)),
    max_size=40,
)


@given(attempts=ATTEMPTS, most=st.integers(0, 300))
def test_what_is_spent_and_reserved_never_passes_the_limit_while_answers_keep_to_theirs(
    attempts: list[tuple[int, int, bool, int]], most: int
) -> None:
    limiter = Limiter(Limits(max_spend=most), PRICES)
    for prompt, output, settled, now in attempts:
        admission = limiter.admit("azure", prompt, output, now)
        if settled and not admission.refused_by:
            limiter.settle(admission, "azure", (prompt, output // 2), asked=True)
        assert limiter.reserved >= 0
        assert limiter.spent + limiter.reserved <= most
