"""Takes run folders away: whole ones, no link followed, none that may be under way."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from experiments.keeping.found import FoundRun
from telemetry.run_folder import RunFolder
from telemetry.under_way import under_way


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Runs that can go, and those that cannot, each with why."""

    going: tuple[FoundRun, ...]
    staying: tuple[tuple[FoundRun, str], ...] = ()

    @property
    def size(self) -> int:
        """The bytes that those take which can go."""
        return sum(run.size for run in self.going)


def removal_of(runs: Iterable[FoundRun]) -> Removal:
    """Part the runs by whether they may be under way still."""
    asked = [(run, _reason(run.path)) for run in runs]
    return Removal(
        going=tuple(run for run, reason in asked if not reason),
        staying=tuple((run, reason) for run, reason in asked if reason),
    )


def remove(run: FoundRun) -> str:
    """Take a run's folder away; returns why it is still there, empty when it is gone."""
    reason = _reason(run.path)
    if reason:
        return reason
    try:
        _remove(RunFolder(run.path))
    except OSError as error:
        return f"{error.filename or run.path}: {error.strerror}"
    return ""


def _reason(path: Path) -> str:
    try:
        return under_way(path)
    except OSError as error:
        return f"{error.filename or path}: {error.strerror}"


def _remove(folder: RunFolder) -> None:
    """Remove what tells that this is a run last: a removal that was cut short can be repeated."""
    for entry in folder.path.iterdir():
        if entry == folder.experiment:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    shutil.rmtree(folder.path)
