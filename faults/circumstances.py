"""What a script may know beyond the answer: the exchange's own dice, its place and its past."""

from random import Random
from typing import Final, NamedTuple

NEVER_IDLE: Final = -1.0
"""How long the connection of its first exchange was idle, or one of which nothing is known."""


NOWHERE: Final = "http://localhost/"
"""Where a request was sent of which nothing is known."""


class Circumstances(NamedTuple):
    """One exchange's. `idle_s`: how long its connection had lain idle when it began.

    `dice` are its own, and fall the same whenever it is played again. `url`: where its client sent
    it, by the client's own name for the place; without an origin where it gave none.
    """

    dice: Random
    idle_s: float = NEVER_IDLE
    url: str = NOWHERE


def usual() -> Circumstances:
    """Return the circumstances of an exchange of which nothing is known."""
    return Circumstances(Random(0))
