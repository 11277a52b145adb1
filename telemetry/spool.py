"""Reads spools while they grow: whole lines only, each row once, what is missing counted.

A spool is `<role>-<n>.ndjson`, appended to by one process. Its rows are numbered, so a hole shows
in the numbers wherever it was made: a full disk, a torn write, a line that is no row.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from telemetry.record import SpoolFact
from telemetry.rows import AnyRow, Opened, SpoolEnded, decode_row

SUFFIX = ".ndjson"
CHUNK_BYTES = 4 * 1024 * 1024
"""The most that one read takes, so that a reader who is behind still does its other duties."""


class RowCount:
    """Counts one spool's rows and the holes in their numbers; pure.

    A second `opened` row is a process started again on the same spool: its numbers begin anew.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.ended = False
        self.opened: Opened | None = None
        self._missing = 0
        self._torn = 0
        self._next_seq = 0
        self._abandoned = False

    def take(self, row: AnyRow) -> None:
        """Count a row."""
        self.rows += 1
        if isinstance(row, Opened) and self.opened is not None:
            self._begin_again()
        self._missing += max(0, row.seq - self._next_seq)
        self._next_seq = max(self._next_seq, row.seq + 1)
        self._torn = 0  # a torn line's row is a hole in the numbers from here on
        self.ended = isinstance(row, SpoolEnded)
        if isinstance(row, Opened):
            self.opened = row

    def tear(self) -> None:
        """Count a line that is no row."""
        self._torn += 1

    def fact(self, name: str, *, torn_tail: bool = False) -> SpoolFact:
        """Return what is known; `torn_tail`: the spool's last line has no end."""
        return SpoolFact(
            name=name,
            role=name.rpartition("-")[0] or name,
            rows=self.rows,
            lost=self._missing + self._torn + torn_tail,
            ended=self.ended and not self._abandoned and not torn_tail,
        )

    def _begin_again(self) -> None:
        self._abandoned = self._abandoned or not self.ended
        self._missing += self._torn
        self._next_seq = 0


class SpoolReader:
    """Reads one spool from where it stopped last time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name.removesuffix(SUFFIX)
        self.count = RowCount()
        self.offset = 0

    @property
    def size(self) -> int:
        """The spool's length in bytes now."""
        return self.path.stat().st_size

    @property
    def unread(self) -> bool:
        """True while there are bytes that no read has returned: more rows, or a torn last line."""
        return self.size != self.offset

    def read(self) -> list[AnyRow]:
        """Return the rows that were completed since the last call, about a chunk at the most."""
        return list(self._rows(self._whole_lines())) if self.unread else []

    def fact(self) -> SpoolFact:
        """Return what is known of this spool; a last line without an end counts as a lost row."""
        return self.count.fact(self.name, torn_tail=self.unread)

    def _whole_lines(self) -> bytes:
        data = b""
        with self.path.open("rb") as spool:
            spool.seek(self.offset)
            while b"\n" not in data:
                chunk = spool.read(CHUNK_BYTES)
                if not chunk:
                    return b""
                data += chunk
        whole = data[: data.rindex(b"\n") + 1]
        self.offset += len(whole)
        return whole

    def _rows(self, data: bytes) -> Iterator[AnyRow]:
        for line in data.split(b"\n"):
            row = _decode(line)
            if row is not None:
                self.count.take(row)
                yield row
            elif line:
                self.count.tear()


class SpoolFolder:
    """Follows every spool of a run, those that appear later too."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet."""
        self._path = path
        self._readers: dict[str, SpoolReader] = {}

    @property
    def readers(self) -> tuple[SpoolReader, ...]:
        """The spools found so far, by name."""
        return tuple(self._readers[name] for name in sorted(self._readers))

    def read(self) -> Iterator[tuple[str, AnyRow]]:
        """Yield the rows that were completed since the last call, with their spool's name."""
        self._look()
        for reader in self.readers:
            for row in reader.read():
                yield reader.name, row

    def read_to_end(self) -> Iterator[tuple[str, AnyRow]]:
        """Yield every whole row that there is now."""
        more = True
        while more:
            before = self._bytes_read()
            yield from self.read()
            more = self._bytes_read() > before

    @property
    def ended(self) -> bool:
        """True when every spool found so far has its end row and nothing behind it."""
        return all(fact.ended for fact in self.facts())

    def facts(self) -> tuple[SpoolFact, ...]:
        """Return what is known of each spool, by name."""
        return tuple(reader.fact() for reader in self.readers)

    def _look(self) -> None:
        for path in sorted(self._path.glob("*" + SUFFIX)):
            if path.name not in self._readers:
                self._readers[path.name] = SpoolReader(path)

    def _bytes_read(self) -> int:
        return sum(reader.offset for reader in self._readers.values())


def _decode(line: bytes) -> AnyRow | None:
    try:
        return decode_row(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
