"""Which of many choices a request leaves at all, found without asking each of them.

Most requests at an endpoint have one of a few request lines, so what these leave is remembered;
of what is left, those that ask for header fields are out at once where no such field is there.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from faults.selection.choice import Choice
from faults.traits import Traits

REMEMBERED: Final = 1024
"""How many request lines; with the next one all are forgotten."""


class Left(NamedTuple):
    """What a request line leaves; `named` finds a header field that one of `asking` asks for."""

    plain: tuple[Choice, ...]
    asking: tuple[Choice, ...]
    named: re.Pattern[bytes]

    def may_mean(self, traits: Traits) -> bool:
        """Tell whether any of them may mean a request, as far as its head says."""
        if any(choice.may_mean(traits) for choice in self.plain):
            return True
        if not self.asking or self.named.search(traits.low) is None:
            return False
        return any(choice.may_mean(traits) for choice in self.asking)


class Narrowing:
    """The choices of all rules that are armed at an endpoint; None among them means everybody."""

    __slots__ = ("_all", "_choices", "_left")

    def __init__(self, choices: Iterable[Choice | None]) -> None:
        held = list(choices)
        self._all = None in held
        self._choices = [choice for choice in held if choice is not None]
        self._left: dict[bytes, Left] = {}

    def leaves_open(self, head: bytes, low: bytes) -> bool:
        """Tell, before anything is made of a head, whether `may_mean` is worth asking.

        `low`: the head in lower case. What it rules out, `may_mean` would rule out as well.
        """
        if self._all:
            return True
        left = self._left.get(head[: head.find(b"\r")])
        if left is None or left.plain:
            return True
        return bool(left.asking) and left.named.search(low) is not None

    def may_mean(self, traits: Traits) -> bool:
        """Tell whether any of them may mean a request, as far as its head says."""
        if self._all:
            return True
        line = traits.line
        left = self._left.get(line)
        if left is None:
            if len(self._left) >= REMEMBERED:
                self._left.clear()
            left = self._left[line] = _left([one for one in self._choices if one.fits_line(traits)])
        return left.may_mean(traits)


def _left(choices: list[Choice]) -> Left:
    asking = tuple(one for one in choices if one.header_names)
    names = sorted({name for one in asking for name in one.header_names})
    return Left(
        plain=tuple(one for one in choices if not one.header_names),
        asking=asking,
        named=re.compile(rb"\n(?:%b):" % b"|".join(map(re.escape, names))),
    )
