"""What of a run a backend has taken: a small file in the run folder, one per backend.

It is written whole and put in its place by a rename, after each batch that was taken. Who is killed
between the two sends that batch again, with the ids that it had.
"""

import fcntl
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from telemetry.exporting.destination import Destination

FORMAT = 1
Key = int | str
"""What is sent as one: an exchange by its number, a span of the run's own trace by its name."""


class LedgerError(Exception):
    """The ledger cannot be used: it is in use, or no ledger of this format."""


class _State(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    format: int = FORMAT
    destination: str
    exchanges: list[tuple[int, int]] = []
    spans: list[str] = []
    collected: int = 0
    share: float | None = None


class Ranges:
    """A set of whole numbers, kept as [first, last] ranges; pure."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._ranges = [(first, last) for first, last in ranges]

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._ranges, (number, _BEYOND)) - 1
        return at >= 0 and number <= self._ranges[at][1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._ranges)

    def add(self, number: int) -> None:
        """Add a number; neighbours become one range."""
        if number in self:
            return
        at = bisect_right(self._ranges, (number, _BEYOND))
        first = last = number
        if at < len(self._ranges) and self._ranges[at][0] == number + 1:
            last = self._ranges.pop(at)[1]
        if at > 0 and self._ranges[at - 1][1] == number - 1:
            first = self._ranges.pop(at - 1)[0]
            at -= 1
        self._ranges.insert(at, (first, last))

    def remove(self, number: int) -> None:
        """Take a number out, if it is in."""
        if number not in self:
            return
        at = bisect_right(self._ranges, (number, _BEYOND)) - 1
        first, last = self._ranges.pop(at)
        parts = [(first, number - 1), (number + 1, last)]
        self._ranges[at:at] = [part for part in parts if part[0] <= part[1]]


_BEYOND = 2**63


class Ledger:
    """What one backend has taken of one run."""

    def __init__(self, path: Path, destination: Destination) -> None:
        """Read it, if there is one; raises LedgerError for a file of another format."""
        self._path = path
        self._state = _read(path, destination)
        self._exchanges = Ranges(self._state.exchanges)
        self._spans = set(self._state.spans)

    def __contains__(self, key: Key) -> bool:
        return key in (self._exchanges if isinstance(key, int) else self._spans)

    @property
    def collected(self) -> int:
        """How many of the collected spans were taken, from the first."""
        return self._state.collected

    @property
    def share(self) -> float | None:
        """The share that the run's root span told when it was taken; None before."""
        return self._state.share

    def add(self, keys: Iterable[Key]) -> None:
        """Note what was taken; `save` makes it last."""
        for key in keys:
            if isinstance(key, int):
                self._exchanges.add(key)
            else:
                self._spans.add(key)

    def took_collected(self, count: int) -> None:
        """Note that the next so many collected spans were taken."""
        self._state.collected += count

    def told_share(self, share: float) -> None:
        """Note which share the run's root span tells."""
        self._state.share = share

    def forget(self, key: Key) -> None:
        """Take back that something was taken: more of it is known now."""
        if isinstance(key, int):
            self._exchanges.remove(key)
        else:
            self._spans.discard(key)

    def clear(self) -> None:
        """Forget everything: all of it is sent again."""
        self._state = _State(destination=self._state.destination)
        self._exchanges, self._spans = Ranges(), set()

    def save(self) -> None:
        """Write the file; raises OSError."""
        self._state.exchanges = list(self._exchanges)
        self._state.spans = sorted(self._spans)
        self._path.parent.mkdir(exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode(self._state) + b"\n")
        partial.replace(self._path)


@contextmanager
def opened(folder: Path, destination: Destination) -> Iterator[Ledger]:
    """Open a backend's ledger in `folder`, for this process alone; raises LedgerError, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LedgerError(f"{folder}: another process exports this run just now") from error
        except OSError:  # no locks here
            pass
        yield Ledger(folder / f"{destination.key}.json", destination)
    finally:
        os.close(descriptor)


def _read(path: Path, destination: Destination) -> _State:
    if not path.exists():
        return _State(destination=str(destination))
    try:
        state = msgspec.json.decode(path.read_bytes(), type=_State)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path}: {error}; remove it to send everything again") from error
    if state.format != FORMAT:
        raise LedgerError(f"{path}: format {state.format}, not {FORMAT}; remove it to send again")
    return state
