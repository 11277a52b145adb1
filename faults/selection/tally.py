"""What is counted of a rule at one of its endpoints: exact in number.

Which request is the n-th depends on the order in which they arrive, so that such decisions repeat
only at concurrency 1.
"""

from typing import Protocol


class Tally(Protocol):
    """Counts the requests that a rule means, and those that it touched."""

    def arrive(self) -> int:
        """Count a request that is meant; return its number, from 1."""

    def take(self, most: int) -> bool:
        """Count a request that is to be touched, unless `most` were already."""


class OwnTally:
    """Counts for one process."""

    __slots__ = ("_arrived", "_taken")

    def __init__(self) -> None:
        self._arrived = self._taken = 0

    def arrive(self) -> int:
        """Count a request that is meant; return its number, from 1."""
        self._arrived += 1
        return self._arrived

    def take(self, most: int) -> bool:
        """Count a request that is to be touched, unless `most` were already."""
        if self._taken >= most:
            return False
        self._taken += 1
        return True
