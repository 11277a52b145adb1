"""What is wrong with a selection, in the same words wherever it is written. Pure."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

import msgspec

from faults.selection.counts import COUNTS, Counts
from faults.selection.match import Match
from faults.selection.matcher import asked


class Wrong(NamedTuple):
    """One thing that is wrong: where below the fault, and what."""

    path: tuple[str, ...]
    message: str


def wrong_with(match: Match | None, counts: Counts, listener_fault: str = "") -> Iterator[Wrong]:
    """Yield what is wrong; `listener_fault` names a fault that knows no requests."""
    if listener_fault:
        given = [name for name in COUNTS if getattr(counts, name) != getattr(Counts(), name)]
        for key in [*(["match"] if match is not None else []), *given]:
            yield Wrong(
                (key,),
                f"{listener_fault} acts on the whole listener, which knows no requests: "
                "leave it out",
            )
    if match is not None:
        if not asked(match):
            yield Wrong(
                ("match",), f"asks nothing; it may ask {', '.join(msgspec.structs.asdict(match))}"
            )
        for selector, value in asked(match):
            if complaint := selector.complaint(value):
                yield Wrong(("match", selector.name), complaint)
    if counts.first_n is not None and counts.every_nth > counts.first_n:
        yield Wrong(
            ("every_nth",), f"of the first {counts.first_n} there is no {counts.every_nth}th"
        )


def match_of(said: Mapping[str, object]) -> Match:
    """Read what was said in JSON; ValueError with the nearest right word for one that is wrong."""
    known = Match.__struct_fields__
    for word in said:
        if word not in known:
            near = get_close_matches(word, known, n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
            raise ValueError(f"match: no key is called {word}{meant}")
    return msgspec.convert(said, Match)
