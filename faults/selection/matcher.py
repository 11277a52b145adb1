"""A `match:` as tests, those of the head first."""

from collections.abc import Sequence
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
    """Tells of a request whether it is meant.

    `may_match` tells whether it may be, as far as its head says, `fits_line` as far as its request
    line does; `matches` whether it is. Without fields of the `header_names`, in lower case, none
    is.
    """

    __slots__ = ("_needs", "fits_line", "header_names", "matches", "may_match")

    def __init__(self, match: Match) -> None:
        tests = [(one, one.test(value)) for one, value in asked(match)]
        chosen = [(one.needs_body, test) for one, test in tests]
        line = [(one.needs_body, test) for one, test in tests if one.by_line]
        head = [test for needs, test in chosen if needs is None]
        body = [(needs, test) for needs, test in chosen if needs is not None]
        self._needs = [needs for needs, _ in body]
        self.may_match = _all([*head, *(_unless(needs, test) for needs, test in body)])
        self.matches = _all([*head, *(test for _, test in body)])
        self.fits_line = _all(
            [test if needs is None else _unless(needs, test) for needs, test in line]
        )
        self.header_names = frozenset(name.lower().encode() for name in match.header)

    def needs_body(self, traits: Traits) -> bool:
        """Tell whether a request's head does not say it all."""
        return any(needs(traits) for needs in self._needs)


def _all(tests: Sequence[Test]) -> Test:
    """Return one test for several: most rules have one, and every request passes it."""
    if len(tests) == 1:
        return tests[0]

    def passes(traits: Traits) -> bool:
        for test in tests:  # noqa: SIM110 - no generator for every request
            if not test(traits):
                return False
        return True

    return passes


def _unless(needs: Test, test: Test) -> Test:
    return lambda traits: needs(traits) or test(traits)
