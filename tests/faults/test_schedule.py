import math

import pytest

from faults.config import Rule
from faults.schedule import is_armed, next_change_s, share_at


def rule(start_s: float, end_s: float, share: float = 1.0, ramp_s: float = 0.0) -> Rule:
    return Rule(
        id=f"{start_s}-{end_s}",
        endpoints=("azure",),
        inject={"http_error": {}},
        start_s=start_s,
        end_s=end_s,
        share=share,
        ramp_s=ramp_s,
    )


@pytest.mark.parametrize(
    ("now_s", "armed"), [(9.999, False), (10, True), (19.999, True), (20, False)]
)
def test_a_window_holds_its_start_and_not_its_end(now_s: float, armed: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_armed(rule(10, 20), now_s) == armed
    assert share_at(rule(10, 20), now_s) == (1.0 if armed else 0.0)


@pytest.mark.parametrize(
    ("now_s", "share"), [(10, 0), (11, 0.2), (12, 0.4), (14, 0.8), (19, 0.8), (20, 0)]
)
def test_a_ramp_rises_linearly_from_nothing_to_the_share(now_s: float, share: float) -> None:
    assert share_at(rule(10, 20, share=0.8, ramp_s=4), now_s) == pytest.approx(share)


def test_a_ramp_longer_than_its_window_never_arrives() -> None:
    assert share_at(rule(0, 10, ramp_s=20), 9) == pytest.approx(0.45)


def test_the_next_change_is_the_next_start_or_end_of_any_rule() -> None:
    rules = [rule(10, 20), rule(15, 30)]
    changes = [next_change_s(rules, now_s) for now_s in (-math.inf, 0, 10, 15, 20, 29)]
    assert changes == [10, 10, 15, 20, 30, 30]


def test_after_the_last_end_nothing_changes_any_more() -> None:
    assert next_change_s([rule(10, 20)], 20) is None
    assert next_change_s([], 0) is None


def test_a_window_that_is_empty_changes_nothing() -> None:
    assert next_change_s([rule(10, 10), rule(20, 15)], 0) is None
    assert not is_armed(rule(10, 10), 10)


def test_a_window_without_an_end_opens_and_stays() -> None:
    assert next_change_s([rule(10, math.inf)], 0) == 10
    assert next_change_s([rule(10, math.inf)], 10) == math.inf
