"""A `match:` as tests, those of the head first."""

from functools import cache

from faults.selection import criteria
from faults.selection.match import Match
from faults.selection.selector import Selector, Test
from faults.traits import Traits
from telemetry import plugins


@cache
def known_selectors() -> dict[str, Selector]:
    """Return every selector by its name."""
    return plugins.values(criteria, Selector)


def asked(match: Match) -> list[tuple[Selector, object]]:
    """Return what is asked, as selectors with their values."""
    nothing = Match()
    return [
        (one, getattr(match, name))
        for name, one in known_selectors().items()
        if getattr(match, name) != getattr(nothing, name)
    ]


class Matcher:
    """Tells of a request whether it is meant."""

    __slots__ = ("_body", "_head")

    def __init__(self, match: Match) -> None:
        chosen = [(one.needs_body, one.test(value)) for one, value in asked(match)]
        self._head: list[Test] = [test for needs, test in chosen if needs is None]
        self._body = [(needs, test) for needs, test in chosen if needs is not None]

    def may_match(self, traits: Traits) -> bool:
        """Tell whether it may be meant, as far as its head says."""
        return all(test(traits) for test in self._head) and all(
            needs(traits) or test(traits) for needs, test in self._body
        )

    def needs_body(self, traits: Traits) -> bool:
        """Tell whether its head does not say it all."""
        return any(needs(traits) for needs, _ in self._body)

    def matches(self, traits: Traits) -> bool:
        """Tell whether it is meant."""
        return all(test(traits) for test in self._head) and all(
            test(traits) for _, test in self._body
        )
