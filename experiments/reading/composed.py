"""Compositions in a file's faults: checked, and written out as the plain faults that they are."""

from collections.abc import Iterable, Iterator

import msgspec

from experiments.reading.names import unknown_endpoint
from experiments.reading.problems import Complaints, Path
from experiments.reading.shape import FaultShape
from faults.catalog import Reference, make_fault
from faults.composition import Composition, Drawn, Stage
from faults.compositions_catalog import make_composition
from faults.selection.counts import COUNTS, Counts

SAYS_ITSELF = {"share": 1.0, "ramp_s": 0.0, "group": ""}
"""Keys of a plain fault that a composition says by itself, with their defaults."""


def written_out(faults: Iterable[FaultShape]) -> Iterator[FaultShape]:
    """Return plain faults as they are, and each composition as its own."""
    for entry in faults:
        yield from plain_faults(entry)


def plain_faults(entry: FaultShape) -> Iterator[FaultShape]:
    """Return the faults of one entry; one without a composition is its own only one.

    Those of a stage are a group: its name is the entry's id, and the stage's where there are more.
    """
    composition = _composition(entry)
    if composition is None:
        yield entry
        return
    for stage in composition.stages(_places(entry), entry.duration_s):
        group = f"{entry.id}-{stage.name}" if stage.name else entry.id
        for number, one in enumerate(stage.faults, 1):
            fault_id = group if len(stage.faults) == 1 else f"{group}-{number}"
            yield _fault(entry, stage, one, group, fault_id)


def check_composed(
    entry: FaultShape, path: Path, endpoints: Iterable[str], complaints: Complaints
) -> None:
    """Every entry injects a fault or is composed, not both; a composition is where it can be."""
    if entry.compose is None:
        unread = any(complaints.about(*path, key) for key in ("inject", "compose"))
        if entry.inject is None and not unread:
            complaints.add((*path, "inject"), "missing")
        return
    if entry.inject is not None:
        complaints.add((*path, "compose"), "beside inject: one of the two")
    for key, default in SAYS_ITSELF.items():
        if getattr(entry, key) != default:
            complaints.add((*path, key), "a composition says this itself: leave it out")
    _check_counts(entry, path, complaints)
    composition = _composition(entry)
    if composition is not None:
        _check_places(composition, entry, path, tuple(endpoints), complaints)


def _check_counts(entry: FaultShape, path: Path, complaints: Complaints) -> None:
    for key in COUNTS:
        if getattr(entry, key) != getattr(Counts(), key):
            message = "each fault of a composition would count for itself: leave it out"
            complaints.add((*path, key), message)


def _check_places(
    composition: Composition,
    entry: FaultShape,
    path: Path,
    endpoints: tuple[str, ...],
    complaints: Complaints,
) -> None:
    stages = composition.stages(_places(entry), entry.duration_s)
    if entry.match is not None and any(stage.match is not None for stage in stages):
        complaints.add((*path, "match"), f"{composition.name} says this itself: leave it out")
    least = composition.least_endpoints
    if len(_places(entry)) < least:
        message = f"{composition.name} is about {least} endpoints at least"
        complaints.add((*path, "at"), message)
    for other in composition.others():
        if other not in endpoints:
            complaints.add((*path, "compose"), *unknown_endpoint(other, endpoints))
        elif other in _places(entry):
            message = f"{other} is where it begins: {composition.name} needs another endpoint"
            complaints.add((*path, "compose"), message)


def _composition(entry: FaultShape) -> Composition | None:
    """Return what an entry is composed of; None where it is not, or cannot be read."""
    return make_composition(entry.compose) if isinstance(entry.compose, dict) else None


def _places(entry: FaultShape) -> tuple[str, ...]:
    return (entry.at,) if isinstance(entry.at, str) else entry.at


def _fault(entry: FaultShape, stage: Stage, one: Drawn, group: str, fault_id: str) -> FaultShape:
    return msgspec.structs.replace(
        entry,
        compose=None,
        id=fault_id,
        at=stage.at,
        inject=_whole(one.inject),
        start_s=entry.start_s + stage.start_s,
        duration_s=stage.duration_s,
        share=one.share,
        ramp_s=one.ramp_s,
        group=group,
        may_miss=entry.may_miss or stage.may_miss,
        match=entry.match if stage.match is None else stage.match,
    )


def _whole(inject: Reference) -> Reference:
    """Return a fault with all its parameters, as reading one from a file does."""
    fault = make_fault(inject)
    return {fault.name: msgspec.to_builtins(fault)}
