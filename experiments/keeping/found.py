"""The runs that lie in a folder: which they are, what they said, what they take."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from experiments.reading.document import read_document
from experiments.reading.problems import UsageError
from experiments.reading.shape import RunShape
from telemetry.run_folder import RunFolder
from telemetry.seal import is_sealed

NOT_JUDGED = "NONE"
"""The verdict of a run without a verdict.json."""

UNREADABLE = "UNREADABLE"

_BLOCK_BYTES = 512
_STAMP = re.compile(r"(\d{8}T\d{6})Z-")


class FoundRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run folder. `renamed`: somebody gave it a name of their own.

    `size` is bytes on disk; `exit_code` is None without a verdict, `begun` for an odd run id.
    """

    path: Path
    title: str
    begun: datetime | None
    verdict: str
    exit_code: int | None
    size: int
    sealed: bool
    renamed: bool

    @property
    def name(self) -> str:
        """The folder's name, which is the run's id unless it was renamed."""
        return self.path.name


class _Written(msgspec.Struct, frozen=True):
    verdict: str
    exit_code: int


def runs_in(folder: Path) -> list[FoundRun]:
    """Return the runs that lie directly in a folder, newest first; raises UsageError.

    A run is a folder, no link to one, whose experiment.yaml says which run it was.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    if _shape(folder) is not None:
        raise UsageError(f"{folder}: a run folder itself; name the folder that holds it")
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError as error:
        raise UsageError(f"{folder}: cannot be read: {error.strerror}") from error
    return sorted(_found(paths), key=_age, reverse=True)


def size_of(path: Path) -> int:
    """Return the bytes that a folder takes on disk, links themselves included."""
    taken = path.lstat().st_blocks * _BLOCK_BYTES
    for parent, folders, files in os.walk(path):
        for name in (*folders, *files):
            try:
                taken += os.lstat(os.path.join(parent, name)).st_blocks * _BLOCK_BYTES  # noqa: PTH118 - many files
            except FileNotFoundError:  # a run that is under way removes its spools
                continue
    return taken


def _found(paths: list[Path]) -> Iterator[FoundRun]:
    for path in paths:
        said = _shape(path)
        if said is not None:
            title, run = said
            yield _run(path, title, run)


def _run(path: Path, title: str, run: RunShape) -> FoundRun:
    verdict, exit_code = _verdict(RunFolder(path).verdict)
    return FoundRun(
        path=path,
        title=title,
        begun=_begun(run.run_id),
        verdict=verdict,
        exit_code=exit_code,
        size=size_of(path),
        sealed=is_sealed(path),
        renamed=path.name != run.run_id,
    )


def _age(run: FoundRun) -> tuple[datetime, str]:
    return run.begun or datetime.min.replace(tzinfo=UTC), run.name


def _shape(path: Path) -> tuple[str, RunShape] | None:
    """Return the title and the run that a folder's experiment.yaml tells; None if it is no run."""
    file = RunFolder(path).experiment
    if file.is_symlink() or not file.is_file():
        return None
    try:
        data = read_document(file).data
        return str(data.get("title", "")), msgspec.convert(data.get("run"), RunShape)
    except (UsageError, msgspec.ValidationError):
        return None


def _verdict(file: Path) -> tuple[str, int | None]:
    try:
        written = msgspec.json.decode(file.read_bytes(), type=_Written)
    except FileNotFoundError:
        return NOT_JUDGED, None
    except (OSError, msgspec.MsgspecError):
        return UNREADABLE, None
    return written.verdict, written.exit_code


def _begun(run_id: str) -> datetime | None:
    stamp = _STAMP.match(run_id)
    if stamp is None:
        return None
    try:
        return datetime.strptime(stamp[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
