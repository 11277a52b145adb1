from random import Random

import pytest

from faults.toxics.slicer import Slicer


def test_pieces_follow_each_other() -> None:
    shaper = Slicer(average_size=4, delay=1000).shaper(Random(1), None)
    due = list(shaper.take(b"0123456789", 1.0))
    assert [one.data for one in due] == [b"0123", b"4567", b"89"]
    assert [one.at_s for one in due] == pytest.approx([1.0, 1.001, 1.002])


@pytest.mark.parametrize("variation", [0, 3, 100])
def test_sizes_vary_and_nothing_is_lost(variation: int) -> None:
    shaper = Slicer(average_size=16, size_variation=variation).shaper(Random(1), None)
    text = bytes(range(256)) * 4
    pieces = [one.data for one in shaper.take(text, 1.0)]
    assert b"".join(pieces) == text
    assert all(1 <= len(piece) <= 16 + variation for piece in pieces)
