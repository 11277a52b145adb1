"""The nearest right word to a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: object, words: Iterable[str]) -> str:
    """Return the word most like `word`, empty when none is alike."""
    by_lower = {candidate.lower(): candidate for candidate in words}
    found = get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else ""


def listed(words: Iterable[str]) -> str:
    """Write words for a message: `a, b and c`."""
    *most, last = sorted(words) or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
