"""Checks of the faults in a file: where, when and how strongly."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from experiments.reading.composed import check_composed, plain_faults
from experiments.reading.names import check_endpoint_names, check_name, repeated, unknown_endpoint
from experiments.reading.problems import Complaints, Path
from experiments.reading.shape import FaultShape, FileShape
from faults.catalog import fault_classes, listener_fault_classes
from faults.fault import ANY
from faults.listener.tls_failure import TlsFailure
from faults.selection.complaints import wrong_with
from faults.selection.counts import COUNTS, Counts
from providers.catalog import speaks_grpc

EXCHANGE_SELECTORS = {"share": 1.0, "ramp_s": 0.0, "draw": "attempt"}
"""What chooses among exchanges, with the value that chooses none; a listener knows no exchange."""


_WITH_HTTP2: Final = (
    "a dialect of gRPC does, and so do proxies of `crosswind serve` with `http2: true`"
)


class Spoken(NamedTuple):
    """Which endpoints speak more with their clients than HTTP/1.1 in clear."""

    tls: frozenset[str] = frozenset()
    http2: frozenset[str] = frozenset()
    grpc: frozenset[str] = frozenset()
    """Those that speak nothing else."""


def check_faults(shape: FileShape, complaints: Complaints, spoken: Spoken | None = None) -> None:
    """Every fault has a name of its own, a place that there is, and a time within its phase."""
    spoken = spoken or _spoken_in_run(shape)
    for path, entry in _entries(shape):
        check_name(entry.id, (*path, "id"), complaints)
        check_composed(entry, path, shape.endpoints, complaints)
        _check_at(entry, path, shape, complaints)
        if not complaints.about("phases"):
            _check_window(entry, path, shape.phases.fault_s, complaints)
    for path, fault in faults_of(shape):
        _check_strength(fault, path, complaints)
        _check_selection(fault, path, complaints)
        _check_meant(fault, path, spoken, complaints)
    named = [(path, fault.id) for path, fault in faults_of(shape)]
    for place, fault_id in repeated([fault_id for _, fault_id in named]):
        complaints.add((*named[place][0], "id"), f"another fault is called {fault_id}")
    _check_groups(shape, complaints)


def grpc_endpoints(shape: FileShape) -> frozenset[str]:
    """Return the endpoints whose dialect is gRPC's."""
    return frozenset(
        name
        for name, one in shape.endpoints.items()
        if one is not None and isinstance(one.dialect, dict) and speaks_grpc(one.dialect)
    )


def _spoken_in_run(shape: FileShape) -> Spoken:
    grpc = grpc_endpoints(shape)
    tls = {name for name, one in shape.endpoints.items() if one is not None and one.tls}
    return Spoken(tls=frozenset(tls), http2=grpc, grpc=grpc)


def faults_of(shape: FileShape) -> Iterator[tuple[Path, FaultShape]]:
    """Return each readable fault with its entry's path, compositions written out."""
    for path, entry in _entries(shape):
        for fault in plain_faults(entry):
            yield path, fault


def _entries(shape: FileShape) -> Iterator[tuple[Path, FaultShape]]:
    """Return each readable entry with its path; one that is not left None in its place."""
    for index, fault in enumerate(shape.faults):
        if fault is not None:
            yield ("faults", index), fault


def _check_at(fault: FaultShape, path: Path, shape: FileShape, complaints: Complaints) -> None:
    if isinstance(fault.at, str):
        if fault.at not in shape.endpoints:
            complaints.add((*path, "at"), *unknown_endpoint(fault.at, shape.endpoints))
        return
    if not fault.at:
        complaints.add(
            (*path, "at"), "at least one endpoint is needed, or match.provider or match.region"
        )
    check_endpoint_names(fault.at, (*path, "at"), shape.endpoints, complaints)


def _check_strength(fault: FaultShape, path: Path, complaints: Complaints) -> None:
    if fault.share > 1:
        meant = f"{fault.share / 100:g}" if fault.share <= 100 else ""
        complaints.add(
            (*path, "share"), f"a share lies between 0 and 1, got {fault.share:g}", meant
        )
    if fault.ramp_s > fault.duration_s:
        message = f"a ramp of {fault.ramp_s:g} s does not fit into {fault.duration_s:g} s"
        complaints.add((*path, "ramp_s"), message)
    if not isinstance(fault.inject, dict):
        return
    for kind in fault.inject.keys() & listener_fault_classes().keys():
        for key, neutral in EXCHANGE_SELECTORS.items():
            if getattr(fault, key) != neutral:
                message = (
                    f"{kind} acts on the whole listener, which knows no exchanges: leave it out"
                )
                complaints.add((*path, key), message)


def _check_selection(fault: FaultShape, path: Path, complaints: Complaints) -> None:
    injected = fault.inject.keys() if isinstance(fault.inject, dict) else ()
    whole = next((kind for kind in injected if kind in listener_fault_classes()), "")
    counts = Counts(**{name: getattr(fault, name) for name in COUNTS})
    for wrong in wrong_with(fault.match, counts, whole):
        if not complaints.about(*path, *wrong.path):
            complaints.add((*path, *wrong.path), wrong.message)


def _check_meant(fault: FaultShape, path: Path, spoken: Spoken, complaints: Complaints) -> None:
    """Check that what a fault is about is spoken where it is."""
    if not isinstance(fault.inject, dict):
        return
    at = (fault.at,) if isinstance(fault.at, str) else fault.at
    for kind in fault.inject:
        if message := _unspoken(kind, at, spoken):
            complaints.add((*path, "inject"), message)


def _unspoken(kind: str, at: Sequence[str], spoken: Spoken) -> str:
    """Say what a fault needs that one of its places does not speak; empty if all do."""
    exchange = fault_classes().get(kind)
    protocols = ANY if exchange is None else exchange.protocols
    needs = (
        ("TLS", spoken.tls, kind == TlsFailure.name, "it does with `tls: true`"),
        ("HTTP/2", spoken.http2, "HTTP/1.1" not in protocols, _WITH_HTTP2),
    )
    for what, speakers, needed, remedy in needs:
        missing = [place for place in at if needed and place not in speakers]
        if missing:
            return (
                f"{kind} is about {what}, which {missing[0]} does not speak with its clients; "
                f"{remedy}"
            )
    callers = [place for place in at if place in spoken.grpc]
    if callers and "gRPC" not in protocols:
        return f"{kind} has no meaning over gRPC, which {callers[0]} speaks"
    return ""


def _check_window(
    fault: FaultShape, path: Path, fault_phase_s: float, complaints: Complaints
) -> None:
    end_s = fault.start_s + fault.duration_s
    if fault.duration_s <= 0:
        complaints.add((*path, "duration_s"), "must be more than 0 s")
    elif fault.start_s >= fault_phase_s:
        message = f"starts {fault.start_s:g} s into a fault phase of {fault_phase_s:g} s"
        complaints.add((*path, "start_s"), message)
    elif end_s > fault_phase_s:
        message = (
            f"ends {end_s:g} s into a fault phase of {fault_phase_s:g} s: recovery would begin "
            "under the fault"
        )
        complaints.add((*path, "duration_s"), message)


def _check_groups(shape: FileShape, complaints: Complaints) -> None:
    first: dict[str, FaultShape] = {}
    for path, fault in faults_of(shape):
        if not fault.group:
            continue
        leader = first.setdefault(fault.group, fault)
        if (fault.start_s, fault.duration_s) != (leader.start_s, leader.duration_s):
            message = (
                f"faults of a group switch together; {leader.id} starts at {leader.start_s:g} s "
                f"and lasts {leader.duration_s:g} s"
            )
            complaints.add((*path, "group"), message)
