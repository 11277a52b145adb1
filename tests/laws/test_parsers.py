"""Readers take any bytes: random ones, and ones that were right until somebody changed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.parsers import TARGETS, Target

CHANGES = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 3), st.binary(max_size=4)), max_size=4
)


def changed(seed: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Put other bytes in the place of some."""
    for at, length, instead in changes:
        place = at % (len(seed) + 1)
        seed = seed[:place] + instead + seed[place + length :]
    return seed


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@given(data=st.data())
def test_any_bytes_are_read_or_refused_in_words(target: Target, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(target.seeds))
    target.check(data.draw(st.binary(max_size=200) | CHANGES.map(lambda c: changed(seed, c))))


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_what_a_reader_is_meant_for_passes(target: Target) -> None:
    for seed in target.seeds:
        target.check(seed)
    target.check(b"")
