from random import Random

import pytest

from faults.slicing import piece_size


def test_without_a_variation_no_dice_are_thrown() -> None:
    dice = Random(1)
    assert [piece_size(7, 0, dice) for _ in range(3)] == [7, 7, 7]
    assert dice.random() == Random(1).random()


@pytest.mark.parametrize("variation", [1, 5, 100])
def test_sizes_reach_as_far_as_they_vary_and_no_piece_is_empty(variation: int) -> None:
    dice = Random(1)
    sizes = {piece_size(6, variation, dice) for _ in range(5000)}
    assert (min(sizes), max(sizes)) == (max(1, 6 - variation), 6 + variation)
