"""Dice keep to their share, and counts to their number, whatever is asked."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.config import Rule
from faults.rules import RuleBook
from faults.selection.counts import COUNTS
from telemetry.identity import Parent, attempt_span_id, trace_id

TAG = "0badcafe"
SHARES = [0.001, 0.01, 0.02, 0.05, *(tenth / 20 for tenth in range(2, 17)), 0.99]
ASKED = 3_000


def likely(count: int, share: float, level: float) -> tuple[int, int]:
    """Return the exact binomial interval that leaves out at most half the rest on either side."""
    tail = (1 - level) / 2
    each = [
        math.exp(
            math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1)
            + k * math.log(share) + (count - k) * math.log1p(-share)
        )
        for k in range(count + 1)
    ]  # fmt: skip
    return _first_beyond(each, tail), count - _first_beyond(each[::-1], tail)


def _first_beyond(each: list[float], tail: float) -> int:
    total = 0.0
    for k, part in enumerate(each):
        total += part
        if total > tail:
            return k
    return len(each)


def parents(count: int) -> Iterator[Parent]:
    for number in range(count):
        trace = trace_id(TAG, number)
        yield Parent(trace, attempt_span_id(trace, 0))


def hits(rule: Rule, count: int, seed: int = 1) -> int:
    book = RuleBook([rule], seed=seed, run_tag=TAG)
    armed = book.armed("a", 1.0)
    return sum(bool(book.decide(armed, parent, 0, "", 1.0)) for parent in parents(count))


def rule(**changes: object) -> Rule:
    told: dict[str, object] = {"id": "f", "share": 1.0, **changes}
    return Rule(endpoints=("a",), inject={"http_error": {}}, start_s=0, end_s=9, **told)  # type: ignore[arg-type]  # a test's own words


def test_there_are_twenty_shares() -> None:
    assert len(SHARES) == len(set(SHARES)) == 20


@pytest.mark.parametrize("share", SHARES)
def test_a_share_is_observed_within_its_binomial_interval(share: float) -> None:
    least, most = likely(ASKED, share, 0.99)
    assert least <= hits(rule(id=f"share-{share:g}", share=share), ASKED) <= most


def test_over_many_seeds_about_one_in_a_hundred_is_outside() -> None:
    """Dice that kept too close to their share would be none either."""
    count, seeds = 400, 100
    bounds = {share: likely(count, share, 0.99) for share in (0.1, 0.3, 0.5, 0.8)}
    outside = sum(
        not least <= hits(rule(share=share), count, seed) <= most
        for share, (least, most) in bounds.items()
        for seed in range(seeds)
    )
    assert 0 < outside <= likely(len(bounds) * seeds, 0.01, 0.9999)[1]


@given(
    said=st.fixed_dictionaries(
        {},
        optional={name: st.integers(1, 30) for name in COUNTS if name != "max_active"},
    ),
    asked=st.integers(0, 60),
)
def test_a_count_is_exact(said: dict[str, int], asked: int) -> None:
    behind = max(0, asked - said.get("after_n", 0))
    early = min(behind, said.get("first_n", behind))
    turns = early // said.get("every_nth", 1)
    wanted = min(turns, said.get("max_injections", turns))
    if "first_n" in said and said.get("every_nth", 1) > said["first_n"]:
        return  # refused
    assert hits(rule(**said), asked) == wanted


@given(seed=st.integers(0, 2**32), order=st.permutations(range(40)))
def test_dice_fall_the_same_in_any_order(seed: int, order: list[int]) -> None:
    book = RuleBook([rule(share=0.5)], seed=seed, run_tag=TAG)
    armed, asked = book.armed("a", 1.0), list(parents(40))
    once = [bool(book.decide(armed, parent, 0, "", 1.0)) for parent in asked]
    again = {n: bool(book.decide(armed, asked[n], 0, "", 1.0)) for n in order}
    assert once == [again[n] for n in range(40)]
