"""A rule's choice among the requests of one endpoint: what it means, and whose turn it is."""

from faults.selection.counts import Counts
from faults.selection.match import Match
from faults.selection.matcher import Matcher
from faults.selection.tally import Tally
from faults.traits import Traits


class Choice:
    """What is asked of a request is looked at first, then its number, then the dice, then limits.

    `may_mean` tells whether a request may be meant, as far as its head says.
    """

    __slots__ = ("_active", "_counts", "_matcher", "_tally", "may_mean")

    def __init__(self, match: Match, counts: Counts, tally: Tally) -> None:
        self._matcher = Matcher(match)
        self.may_mean = self._matcher.may_match
        self._counts = counts
        self._tally = tally
        self._active = 0

    @property
    def header_names(self) -> frozenset[bytes]:
        """The header fields without which no request is meant, in lower case."""
        return self._matcher.header_names

    def fits_line(self, traits: Traits) -> bool:
        """Tell whether a request may be meant, as far as its request line says."""
        return self._matcher.fits_line(traits)

    def needs_body(self, traits: Traits) -> bool:
        """Tell whether that takes the beginning of its body."""
        return self._matcher.may_match(traits) and self._matcher.needs_body(traits)

    def means(self, traits: Traits) -> bool:
        """Tell whether a request is meant and it is its turn; it is counted."""
        if not self._matcher.matches(traits):
            return False
        return not self._counts.orders or self._counts.has_turn(self._tally.arrive())

    def admits(self) -> bool:
        """Tell whether one more may be touched; it is counted, until `release` as active."""
        counts = self._counts
        if counts.max_active is not None and self._active >= counts.max_active:
            return False
        if counts.max_injections is not None and not self._tally.take(counts.max_injections):
            return False
        self._active += 1
        return True

    def release(self) -> None:
        """Hear that one that was touched is over."""
        self._active -= 1
