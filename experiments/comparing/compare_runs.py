"""The runs of one side of a comparison: which folders they are, and what each of them measured."""

import glob
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from experiments.comparing.compare_quantity import Measured, Quantity, measure
from experiments.judging.evidence import evidence_of
from experiments.judging.judge import judge
from experiments.judging.verdict import ExitCode
from experiments.model import Experiment
from experiments.reading.nearest import listed
from experiments.reading.problems import UsageError
from experiments.reading.resolved import read_resolved, resolved
from telemetry.run_folder import RunFolder
from telemetry.seal import read_record

EXPERIMENT = "experiment.yaml"
COUNTING = (ExitCode.PASS, ExitCode.FAIL)
"""A run counts when its verdict rests on everything that it was meant to see."""

_NAMES_ONLY = ("title", "expect", "seed")
_SYSTEM = ("route", "gates", "baseline")
"""What two sides may differ in: the system under test, and what is claimed of it."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run folder and the experiment in it."""

    path: Path
    experiment: Experiment

    @property
    def seed(self) -> int:
        """The seed of its arrivals, lengths and faults."""
        return self.experiment.seed


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a run measured, and why it cannot count, empty where it can."""

    run: str
    seed: int
    verdict: str
    measured: tuple[Measured, ...]
    why_not: str = ""


def runs_of(side: str) -> tuple[Run, ...]:
    """Find runs by a run folder, a folder of run folders, or a pattern; raises UsageError."""
    folders = _folders(side)
    if not folders:
        raise UsageError(f"{side}: no run folder, and none in it: nothing has an {EXPERIMENT}")
    return tuple(Run(path=path, experiment=read_resolved(path / EXPERIMENT)) for path in folders)


def _folders(side: str) -> list[Path]:
    path = Path(side)
    if not path.exists():
        found = [Path(name) for name in sorted(glob.glob(side))]  # noqa: PTH207 - absolute too
        return [each for each in found if _is_run(each)]
    if _is_run(path):
        return [path]
    return sorted(each for each in path.glob("*") if _is_run(each))


def _is_run(path: Path) -> bool:
    return (path / EXPERIMENT).is_file()


def figures_of_run(run: Run, wanted: Sequence[Quantity]) -> RunFigures:
    """Judge a run again from its rows, and measure; raises what reading its rows raises."""
    record = read_record(run.path)
    judgement = judge(record, run.experiment, run=RunFolder(run.path).name)
    evidence = evidence_of(record, run.experiment)
    reasons = [*judgement.invalid, judgement.aborted]
    reasons += [f"{f.gate}: {f.reason}" for f in judgement.findings if f.verdict.value == "unknown"]
    counts = judgement.exit_code in COUNTING
    return RunFigures(
        run=str(run.path),
        seed=run.seed,
        verdict=judgement.verdict.value,
        measured=tuple(measure(one, evidence) for one in wanted),
        why_not="" if counts else next(filter(None, reasons), "no gate decided anything"),
    )


def unlike(base: Sequence[Run], new: Sequence[Run]) -> str:
    """Say why these are not runs of one experiment on two systems; empty when they are.

    Within a side only the seed may differ; between the sides also the route and the gates.
    """
    for side in (base, new):
        for run in side[1:]:
            places = differing(side[0].experiment, run.experiment)
            if places:
                return f"{run.path} and {side[0].path} are of one side and differ in {_few(places)}"
    between = [p for p in differing(base[0].experiment, new[0].experiment) if not _is_system(p)]
    return f"BASE and NEW are different experiments: {_few(between)}" if between else ""


def changed(base: Sequence[Run], new: Sequence[Run]) -> tuple[str, ...]:
    """Name what differs between the sides: the change that the comparison is about."""
    return tuple(differing(base[0].experiment, new[0].experiment))


def differing(one: Experiment, other: Experiment) -> list[str]:
    """Return the dotted places where two experiments differ; ports and names do not count."""
    here, there = dict(_leaves(resolved(one))), dict(_leaves(resolved(other)))
    return [
        place
        for place in dict.fromkeys([*here, *there])
        if here.get(place) != there.get(place) and not _is_name(place)
    ]


def _leaves(value: Any, place: str = "") -> Iterable[tuple[str, Any]]:  # noqa: ANN401 - any file's
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, f"{place}.{key}" if place else str(key))
    else:
        yield place, value


def _is_name(place: str) -> bool:
    first, *below = place.split(".")
    return first in _NAMES_ONLY or (first == "endpoints" and below[-1:] == ["listen"])


def _is_system(place: str) -> bool:
    return place.split(".", 1)[0] in _SYSTEM


def _few(places: Sequence[str]) -> str:
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    return listed(places[:3]) + more
