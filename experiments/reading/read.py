"""Reads an experiment file: YAML to an `Experiment`, or every problem in it at once."""

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

import msgspec

from experiments.model import Endpoint, Expectation, Experiment, Fault
from experiments.reading.checks import check
from experiments.reading.composed import written_out
from experiments.reading.document import Document, read_document
from experiments.reading.fit import fit_reference, fit_struct
from experiments.reading.fit_scalar import UNFIT
from experiments.reading.nearest import listed, nearest
from experiments.reading.placed import placed
from experiments.reading.problems import Complaints, ExperimentError
from experiments.reading.routes import gateway_of, route_of
from experiments.reading.shape import (
    LOAD_KEYS,
    REQUIRED,
    EndpointShape,
    FailShape,
    FaultShape,
    FileShape,
)
from experiments.reading.vocabulary import plug_ins
from faults.selection.match import Match
from loadgen.catalog import make_arrivals
from loadgen.config import Load, Reference
from loadgen.plan import MAX_EXCHANGES


def read_experiment(path: FilePath) -> Experiment:
    """Read and check a file; raises UsageError or ExperimentError."""
    return experiment_of(read_document(path))


def experiment_of(document: Document, *, need_files: bool = True) -> Experiment:
    """Check a document and make the experiment; raises ExperimentError with every problem.

    `need_files: false` lets files that the load names be absent: a finished run can be judged
    without its trace.
    """
    complaints = Complaints()
    for complaint in document.complaints:
        complaints.add(complaint.path, complaint.message, complaint.suggestion)
    shape = _shape(document.data, complaints)
    arrivals = _arrivals(document.data.get("load"), complaints)
    arrivals = _with_files_found(arrivals, FilePath(document.file).parent)
    shape = placed(shape, complaints)
    check(shape, complaints)
    if need_files and not complaints.about("phases"):
        _check_replay(arrivals, shape.phases.load_s, complaints)
    if len(complaints):
        problems = [document.problem(complaint) for complaint in complaints]
        raise ExperimentError(sorted(problems, key=lambda problem: problem.line))
    return _experiment(shape, arrivals, document.file)


def _shape(data: Mapping[str, Any], complaints: Complaints) -> FileShape:
    for key in REQUIRED:
        if key not in data:
            complaints.add((key,), "missing")
    flat = dict(data)
    if isinstance(load := data.get("load"), Mapping):
        flat["load"] = {key: value for key, value in load.items() if key in LOAD_KEYS}
    shape = fit_struct(flat, FileShape, (), complaints)
    return FileShape() if shape is UNFIT else shape


def _arrivals(load: object, complaints: Complaints) -> Reference:
    """Find the one arrival process among the keys of `load`."""
    if not isinstance(load, Mapping):
        return {}
    known = plug_ins("arrivals")
    for key in [key for key in load if key not in known and key not in LOAD_KEYS]:
        words = [*known, *LOAD_KEYS]
        message = f"unknown key; known here: {', '.join(sorted(words))}"
        complaints.add(("load", key), message, nearest(key, words))
    named = [key for key in load if key in known]
    if not named:
        if not complaints.about("load"):
            complaints.add(("load",), f"names no arrivals: write one of {listed(known)}")
        return {}
    for key in named[1:]:
        complaints.add(("load", key), f"a second arrival process beside {named[0]}")
    path = ("load",)
    found = fit_reference({named[0]: load[named[0]]}, "arrivals", path, complaints)
    return {} if found is UNFIT else found


def _with_files_found(arrivals: Reference, folder: FilePath) -> Reference:
    """Resolve `file` parameters: beside the experiment first, then from the working directory."""
    return {
        name: {
            key: str(_found(FilePath(str(value)).expanduser(), folder)) if key == "file" else value
            for key, value in parameters.items()
        }
        for name, parameters in arrivals.items()
    }


def _found(path: FilePath, folder: FilePath) -> FilePath:
    beside = (folder / path).resolve()
    return beside if beside.exists() else path.resolve()


def _check_replay(arrivals: Reference, load_s: float, complaints: Complaints) -> None:
    """Refuse a trace that is not there, cannot be read or is too short, and endless loads."""
    for name, parameters in arrivals.items():
        file = parameters.get("file")
        if file is not None and not FilePath(str(file)).is_file():
            complaints.add(("load", name, "file"), f"no such file: {file}")
            return
        try:
            wanted = make_arrivals(arrivals).mean_rate_per_s(load_s) * load_s
        except ValueError as error:
            complaints.add(("load", name), str(error))
            return
        if wanted > MAX_EXCHANGES:
            message = f"about {wanted:.3g} exchanges; one run has at most {MAX_EXCHANGES}"
            complaints.add(("load", name), message)


def _experiment(shape: FileShape, arrivals: Reference, file: str) -> Experiment:
    load = {name: getattr(shape.load, name) for name in LOAD_KEYS}
    return Experiment(
        name=shape.run.name if shape.run else FilePath(file).stem,
        file=shape.run.file if shape.run else file,
        title=shape.title,
        endpoints=tuple(_endpoint(name, entry) for name, entry in shape.endpoints.items()),
        route=route_of(shape.route),
        gateway=gateway_of(shape.route),
        load=Load(arrivals=arrivals, **load),
        phases=shape.phases,
        faults=tuple(map(fault_of, written_out(shape.faults))),
        gates=shape.gates,
        expect=_expectation(shape.expect),
        baseline=shape.baseline,
        seed=shape.seed,
        bystanders=shape.bystanders,
        limits=shape.limits,
        stop=shape.stop,
        telemetry=shape.telemetry,
        incident=shape.incident,
    )


def _endpoint(name: str, entry: EndpointShape) -> Endpoint:
    return Endpoint(name=name, **msgspec.structs.asdict(entry))


def fault_of(entry: FaultShape) -> Fault:
    """Return a fault as it is planned."""
    said = {k: v for k, v in msgspec.structs.asdict(entry).items() if k != "compose"}
    if (match := entry.match) is not None:
        said["match"] = Match(**{name: getattr(match, name) for name in Match.__struct_fields__})
    return Fault(**{**said, "at": (entry.at,) if isinstance(entry.at, str) else entry.at})


def _expectation(expect: str | FailShape | None) -> Expectation | None:
    if expect is None:
        return None
    if isinstance(expect, FailShape):
        return Expectation(verdict="FAIL", failing=expect.FAIL)
    return Expectation(verdict="PASS")
