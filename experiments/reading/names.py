"""Checks of names: what may be one, whether it is known, whether it comes twice."""

from collections.abc import Iterable

from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import Complaints, Path


def check_name(name: str, path: Path, complaints: Complaints) -> None:
    """Refuse what cannot be a file name, a part of a `--set` path and a word in a comma list."""
    if not name or not all(c.isascii() and (c.isalnum() or c in "-_") for c in name):
        complaints.add(path, f"{name!r} is no name: letters, digits, - and _")


def check_endpoint_names(
    names: Iterable[str | None], path: Path, endpoints: Iterable[str], complaints: Complaints
) -> None:
    """Refuse endpoints that there are not, and those that are named twice."""
    names, known = list(names), list(endpoints)
    for index, name in enumerate(names):
        if name is not None and name not in known:
            complaints.add((*path, index), *unknown_endpoint(name, known))
    for index, name in repeated(names):
        complaints.add((*path, index), f"{name} is named twice")


def unknown_endpoint(name: str, endpoints: Iterable[str]) -> tuple[str, str]:
    """Return what to say about an endpoint that there is not, and the one probably meant."""
    known = list(endpoints)
    there = f"there are {listed(known)}" if known else "there are none"
    return f"no endpoint is called {name}; {there}", nearest(name, known)


def repeated(words: Iterable[str | None]) -> list[tuple[int, str]]:
    """Return the index and word of everything that was there before; None is nothing."""
    seen: set[str] = set()
    found = []
    for index, word in enumerate(words):
        if word is None:
            continue
        if word in seen:
            found.append((index, word))
        seen.add(word)
    return found
