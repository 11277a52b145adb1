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

    __slots__ = ("_body", "_head", "_line", "header_names")

    def __init__(self, match: Match) -> None:
        tests = [(one, one.test(value)) for one, value in asked(match)]
        self._head: list[Test] = [test for one, test in tests if one.needs_body is None]
        self._body = [(one.needs_body, test) for one, test in tests if one.needs_body is not None]
        self._line = [(one.needs_body, test) for one, test in tests if one.by_line]
        self.header_names = frozenset(name.lower().encode() for name in match.header)

    def fits_line(self, traits: Traits) -> bool:
        """Tell whether it may be meant, as far as its request line says."""
        return all(
            (needs is not None and needs(traits)) or test(traits) for needs, test in self._line
        )

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
