"""How bytes are cut into small pieces, by dice. Pure."""

from random import Random


def piece_size(average: int, variation: int, dice: Random) -> int:
    """Return how many bytes the next piece holds: at least one, `average` give or take."""
    return max(1, average + (dice.randint(-variation, variation) if variation else 0))
