"""Gets more out of a search than its limit: a stretch that filled it is asked in halves; pure.

Neither Tempo nor Jaeger pages through a search. A stretch that still fills the limit when it cannot
be halved any more was cut, and is told.
"""

from collections.abc import Callable, Iterator, Mapping

Hit = Mapping[str, object]
Search = Callable[[int, int], list[Hit]]
"""Asks for what lies in [start, end], in the store's own unit of time."""


def sliced(search: Search, start: int, end: int, limit: int, cuts: list[str]) -> Iterator[Hit]:
    """Yield every hit, some perhaps twice; adds a word to `cuts` where a limit cut."""
    waiting = [(start, end)]
    while waiting:
        begin, until = waiting.pop()
        hits = search(begin, until)
        if len(hits) >= limit and until - begin > 1:
            middle = (begin + until) // 2
            waiting += [(middle, until), (begin, middle)]
            continue
        if len(hits) >= limit:
            cuts.append(f"the answer was cut at {limit} traces between {begin} and {until}")
        yield from hits
