import math

import pytest

from experiments.judging.verdict import Finding, Ruling
from experiments.report.charts.bullet import bullet, share_of_limit


def finding(observed: float | None, limit: float | None) -> Finding:
    return Finding(
        gate="x <= 1 s", verdict=Ruling.FAIL, observed=observed, limit=limit, samples=1, reason=""
    )


@pytest.mark.parametrize(
    ("observed", "limit", "share"),
    [(1.0, 2.0, 0.5), (math.inf, 2.0, math.inf), (0.0, 0.0, 0.0), (1.0, 0.0, math.inf)],
)
def test_what_was_observed_is_a_share_of_its_limit(
    observed: float, limit: float, share: float
) -> None:
    assert share_of_limit(finding(observed, limit)) == share


@pytest.mark.parametrize("found", [finding(None, 1.0), finding(1.0, None), finding(-1.0, 2.0)])
def test_what_cannot_be_compared_is_not_drawn(found: Finding) -> None:
    assert bullet(found) == ""


def test_what_is_far_over_its_limit_leaves_the_scale_as_an_arrow() -> None:
    assert "bullet-over" in bullet(finding(math.inf, 2.0))
    assert "bullet-over" not in bullet(finding(2.1, 2.0))
