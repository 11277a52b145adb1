"""Reads a profile: YAML to a `Profile`, or every problem in it at once."""

from collections.abc import Iterator
from pathlib import Path as FilePath

from msgspec.structs import replace

from experiments.incidents.incident import Level, Phase, Profile, Slope
from experiments.reading.document import Document, read_document
from experiments.reading.fit import fit_struct
from experiments.reading.names import check_name, repeated
from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import Complaints, ExperimentError, Path, UsageError
from faults.catalog import listener_fault_classes

PROFILES = FilePath(__file__).parent / "profiles"


def incidents() -> dict[str, FilePath]:
    """Return the incidents that come with Crosswind, by their id."""
    return {path.stem: path for path in sorted(PROFILES.glob("*.yaml"))}


def find_incident(name: str) -> Profile:
    """Return the incident of an id; raises UsageError with the nearest one."""
    known = incidents()
    if name not in known:
        hint = nearest(name, known) or next((one for one in known if name and name in one), "")
        meant = f"; did you mean {hint}?" if hint else ""
        raise UsageError(
            f"--incident {name}: no such incident{meant} `crosswind list incidents` lists all"
            if hint
            else f"--incident {name}: no such incident; `crosswind list incidents` lists all"
        )
    return read_profile(known[name])


def read_profile(path: FilePath) -> Profile:
    """Read and check a profile; raises UsageError or ExperimentError."""
    return profile_of(read_document(path))


def profile_of(document: Document) -> Profile:
    """Check a document and make the profile; raises ExperimentError with every problem."""
    complaints = Complaints()
    for complaint in document.complaints:
        complaints.add(complaint.path, complaint.message, complaint.suggestion)
    fitted = fit_struct(document.data, Profile, (), complaints)
    if isinstance(fitted, Profile) and not len(complaints):
        _check(fitted, complaints)
        profile = replace(fitted, id=FilePath(document.file).stem)
    if len(complaints):
        problems = [document.problem(complaint) for complaint in complaints]
        raise ExperimentError(sorted(problems, key=lambda problem: problem.line))
    return profile


def _check(profile: Profile, complaints: Complaints) -> None:
    """Say what a well-shaped profile may still get wrong."""
    if not profile.phases:
        complaints.add(("phases",), "at least one phase is needed")
    if not profile.sources:
        complaints.add(("sources",), "at least one source is needed: who says so?")
    _check_roles(profile, complaints)
    for index, phase in enumerate(profile.phases):
        path: Path = ("phases", index)
        check_name(phase.id, (*path, "id"), complaints)
        _check_minutes(phase, path, complaints)
        _check_places(phase, path, profile, complaints)
        _check_what(phase, path, complaints)
    for index, phase_id in repeated(phase.id for phase in profile.phases):
        complaints.add(("phases", index, "id"), f"another phase is called {phase_id}")


def _check_roles(profile: Profile, complaints: Complaints) -> None:
    if not profile.roles:
        complaints.add(("roles",), "at least one role is needed")
    played = {name for name, role in profile.roles.items() if not role.like}
    for name, role in profile.roles.items():
        check_name(name, ("roles", name), complaints)
        if role.like and role.like not in played:
            message = f"no role with an endpoint of its own is called {role.like}; there are "
            complaints.add(
                ("roles", name, "like"), message + listed(played), nearest(role.like, played)
            )


def _check_minutes(phase: Phase, path: Path, complaints: Complaints) -> None:
    path = (*path, "minutes")
    if len(phase.minutes) != 2:
        complaints.add(path, "expected two numbers, from and to, as in [0, 40]")
    elif not 0 <= phase.start_min < phase.end_min:
        complaints.add(path, f"{phase.start_min:g} to {phase.end_min:g} is no time that passes")


def _check_places(phase: Phase, path: Path, profile: Profile, complaints: Complaints) -> None:
    for role in phase.roles:
        if role not in profile.roles:
            message = f"no role is called {role}; there are {listed(profile.roles)}"
            complaints.add((*path, "at"), message, nearest(role, profile.roles))
    if not phase.roles:
        complaints.add((*path, "at"), "at least one role is needed")


def _check_what(phase: Phase, path: Path, complaints: Complaints) -> None:
    """Refuse a phase that is neither calm nor injects one fault or a mix, just so much of it."""
    if phase.inject is not None and phase.mix:
        complaints.add((*path, "mix"), "a mix beside `inject`: which of the two?")
    if not phase.parts:
        if phase.level is not None or phase.room is not None:
            complaints.add(path, "a level of nothing: `inject` or `mix` is missing")
        return
    if (phase.level is None) == (phase.room is None):
        complaints.add(path, "expected `level`, or `room` for a fault that depends on load")
    if phase.room is not None and [*phase.parts[0][1]] != ["capacity"]:
        complaints.add((*path, "room"), "only `capacity` depends on how much room there is")
    _check_mix(phase, path, complaints)
    _check_level(phase, path, complaints)


def _check_mix(phase: Phase, path: Path, complaints: Complaints) -> None:
    whole = sum(of for of, _ in phase.parts)
    if abs(whole - 1) > 1e-9:
        complaints.add((*path, "mix"), f"the parts of a mix add up to 1, not {whole:g}")
    named = {name for _, fault in phase.parts for name in fault}
    if named & listener_fault_classes().keys() and (phase.mix or phase.level != 1):
        message = "acts on the whole listener: it can be no part of a mix, and its level is 1"
        complaints.add((*path, "inject"), message)


def _check_level(phase: Phase, path: Path, complaints: Complaints) -> None:
    for key, most in (("level", 1.0), ("room", 100.0)):
        for value in _values(getattr(phase, key)):
            if not 0 <= value <= most:
                complaints.add((*path, key), f"must lie between 0 and {most:g}, got {value:g}")


def _values(level: Level | None) -> Iterator[float]:
    if isinstance(level, Slope):
        yield from (level.start, level.to)
    elif isinstance(level, tuple):
        yield from level
    elif level is not None:
        yield level
