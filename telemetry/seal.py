"""Seals a run: its rows into four Parquet files, whole or not at all; and reads any run back.

The files appear together, by one rename of a finished folder. Spools go, again by one rename, only
when the files hold as many rows of each kind as the spools did and nothing was written since.
"""

import logging
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from telemetry.assembly import Assembly
from telemetry.clock import read_clock_pair
from telemetry.flat import UnreadableRecordError
from telemetry.join import join
from telemetry.record import Record
from telemetry.run_folder import RunFolder
from telemetry.spool import SUFFIX, SpoolFolder, SpoolReader
from telemetry.tables import Counts, Tables

_LOG = logging.getLogger(__name__)


class SealError(Exception):
    """A run cannot be sealed; its spools are where they were."""


class NoRecordError(Exception):
    """A folder holds neither spools nor a sealed record."""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """What was sealed: rows read and rows lost, over all spools.

    `kept`: why the spools are still there beside the sealed files; empty when they are gone.
    """

    rows: int
    lost: int
    kept: str = ""


class Reading:
    """A run's spools as far as they were read, and what they add up to."""

    def __init__(self, run_folder: Path, run_tag: str = "") -> None:
        """Without a run tag, the folder's name tells it, else the planned exchanges do."""
        self.folder = RunFolder(run_folder)
        self.spools = SpoolFolder(self.folder.spool)
        self.assembly = Assembly()
        self._run_tag = run_tag or self.folder.run_tag

    def read_to_end(self) -> None:
        """Take every whole row that there is now."""
        self.assembly.take_all(self.spools.read_to_end())

    def tables(self) -> Tables:
        """Return what was read so far."""
        run_tag = self._run_tag or self.assembly.run_tag
        return self.assembly.tables(run_tag, self.spools.facts())

    def seal(self) -> Sealed:
        """Seal what was read; raises SealError."""
        sizes = {reader: reader.size for reader in self.spools.readers}
        tables = self.tables()
        try:
            _refuse_to_lose(self.folder, tables)
            kept = _difference(self.assembly.counts, _write(self.folder, tables))
            kept = kept or _growth(self.folder, sizes)
            if not kept:
                _remove_spools(self.folder)
        except (OSError, UnreadableRecordError) as error:
            raise SealError(
                f"cannot seal {self.folder.path}: {error}; spools stay in {self.folder.spool}"
            ) from error
        return Sealed(
            rows=sum(spool.rows for spool in tables.spools),
            lost=sum(spool.lost for spool in tables.spools),
            kept=kept,
        )


def seal(run_folder: Path) -> Sealed | None:
    """Seal what is unsealed; None when there is nothing left to do.

    Raises SealError, also while a process that writes here is still alive.
    """
    reading = Reading(run_folder)
    reading.read_to_end()
    if not reading.spools.readers:
        return None
    if writers := living_writers(reading.spools.readers):
        raise SealError(f"{run_folder} is still written to, by {', '.join(writers)}")
    return reading.seal()


def is_sealed(run_folder: Path) -> bool:
    """Tell whether the sealed files are there, all of them."""
    return all(file.exists() for file in RunFolder(run_folder).sealed)


def read_record(run_folder: Path) -> Record:
    """Return everything that a run saw: from the sealed files, else from spools, sealing them.

    A run that is still written to is read as it stands and left alone; one that cannot be sealed
    (a full disk) is read all the same, with a warning. Raises NoRecordError, or
    `telemetry.flat.UnreadableRecordError` for sealed files that are not ours.
    """
    if is_sealed(run_folder):
        from telemetry.parquet import read_tables  # noqa: PLC0415 - DuckDB where it is needed

        return join(read_tables(RunFolder(run_folder).spans))
    reading = Reading(run_folder)
    reading.read_to_end()
    if not reading.spools.readers:
        raise NoRecordError(_no_record(RunFolder(run_folder)))
    record = join(reading.tables())
    if not living_writers(reading.spools.readers):
        try:
            reading.seal()
        except SealError as error:
            _LOG.warning("%s", error)
    return record


def _no_record(folder: RunFolder) -> str:
    if folder.spans.is_dir() and any(folder.spans.iterdir()):
        missing = next(file for file in folder.sealed if not file.exists())
        return f"{missing} is missing, and there are no spools to make it from"
    return f"{folder.path} holds no record: neither spans/ nor spool/ has rows"


def living_writers(readers: Iterable[SpoolReader]) -> list[str]:
    """Name the spools without an end row whose process, another one than this, still lives."""
    host = read_clock_pair().host
    found: list[str] = []
    for reader in readers:
        opened = reader.count.opened
        if opened is None or reader.fact().ended or opened.host != host:
            continue
        if opened.pid != os.getpid() and _lives(opened.pid):
            found.append(f"{reader.name} (process {opened.pid})")
    return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and only its parent has not looked; False if unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] in (["Z"], ["X"])


def _refuse_to_lose(folder: RunFolder, tables: Tables) -> None:
    """Raise SealError when sealed rows would be replaced whose spools are gone."""
    if not folder.attempts.exists():
        return
    from telemetry.parquet import read_tables  # noqa: PLC0415 - DuckDB where it is needed

    sealed = {spool.name for spool in read_tables(folder.spans).spools}
    if gone := sealed - {spool.name for spool in tables.spools}:
        raise SealError(f"{folder.spans} holds rows whose spools are gone: {sorted(gone)}")


def _write(folder: RunFolder, tables: Tables) -> Counts:
    """Write the files beside their place, put them there at once, and count what they hold."""
    from telemetry.parquet import sealed_counts, write_tables  # noqa: PLC0415 - as above

    fresh, old = folder.path / "spans.partial", folder.path / "spans.old"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    fresh.mkdir()
    try:
        write_tables(fresh, tables)
        counts = sealed_counts(fresh)
        _reach_disk(fresh)
        if folder.spans.exists():
            folder.spans.rename(old)
        fresh.rename(folder.spans)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return counts


def _reach_disk(folder: Path) -> None:
    """Wait until the files are on the disk: the spools go next."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _difference(read: Counts, sealed: Counts) -> str:
    differing = [
        f"{name}: {getattr(read, name)} read, {getattr(sealed, name)} sealed"
        for name in Counts.__struct_fields__
        if getattr(read, name) != getattr(sealed, name)
    ]
    return "; ".join(differing)


def _growth(folder: RunFolder, sizes: dict[SpoolReader, int]) -> str:
    grown = [reader.name for reader, size in sizes.items() if reader.size != size]
    known = {reader.path for reader in sizes}
    grown += sorted(path.stem for path in folder.spool.glob("*" + SUFFIX) if path not in known)
    return f"still written to: {', '.join(grown)}" if grown else ""


def _remove_spools(folder: RunFolder) -> None:
    """Take all spools away at once: half of them would read as a whole run."""
    leaving = folder.path / "spool.sealed"
    shutil.rmtree(leaving, ignore_errors=True)
    folder.spool.rename(leaving)
    shutil.rmtree(leaving, ignore_errors=True)
