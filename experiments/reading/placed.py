"""Where faults are that name a provider or a region: at the endpoints that say they are of it.

An endpoint's provider is its dialect's; its region is the stand-in's, or the dialect's `location`.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import Complaints, Path
from experiments.reading.shape import EndpointShape, FaultShape, FileShape, MatchShape
from faults.selection.match import words_of
from providers.catalog import dialect_classes

LABELS: Final = ("provider", "region")


def placed(shape: FileShape, complaints: Complaints) -> FileShape:
    """Return a file whose faults say their endpoints, and ask of requests alone."""
    faults = tuple(
        _placed(fault, ("faults", index), shape, complaints) if fault is not None else fault
        for index, fault in enumerate(shape.faults)
    )
    return msgspec.structs.replace(shape, faults=faults)


def labels_of(endpoint: EndpointShape) -> dict[str, str]:
    """Return what an endpoint says of itself; empty for what it does not say."""
    if not isinstance(endpoint.dialect, Mapping):
        return dict.fromkeys(LABELS, "")
    ((name, parameters),) = endpoint.dialect.items()
    stand_in = endpoint.stand_in
    region = stand_in.region if stand_in is not None else ""
    found = region or str((parameters or {}).get("location", ""))
    return {"provider": dialect_classes()[name].provider, "region": found}


def _placed(fault: FaultShape, path: Path, shape: FileShape, complaints: Complaints) -> FaultShape:
    match = fault.match
    if match is None:
        return fault
    said = {name: words_of(getattr(match, name)) for name in LABELS}
    asked = {name: words for name, words in said.items() if words}
    if not asked:
        return fault
    kept = msgspec.structs.replace(match, provider=(), region=())
    at = (fault.at,) if isinstance(fault.at, str) else fault.at
    found = _found(at or tuple(shape.endpoints), asked, (*path, "match"), shape, complaints)
    left = None if kept == MatchShape() else kept
    return msgspec.structs.replace(fault, at=found, match=left)


def _found(
    places: tuple[str, ...],
    asked: Mapping[str, tuple[str, ...]],
    path: Path,
    shape: FileShape,
    complaints: Complaints,
) -> tuple[str, ...]:
    """Return those of the places that are of all that is asked; all of them where none is."""
    known = {
        place: labels_of(endpoint)
        for place in places
        if (endpoint := shape.endpoints.get(place)) is not None
    }
    for name, words in asked.items():
        for word in words:
            there = sorted({labels[name] for labels in known.values()} - {""})
            if not any(fnmatchcase(one, word) for one in there):
                message = f"no endpoint of it is of {name} {word}; there is {listed(there)}"
                complaints.add((*path, name), message, nearest(word, there))
    found = [
        place
        for place, labels in known.items()
        if all(_is_any(labels[name], words) for name, words in asked.items())
    ]
    return tuple(found) or places


def _is_any(label: str, words: tuple[str, ...]) -> bool:
    return any(label and fnmatchcase(label, word) for word in words)
