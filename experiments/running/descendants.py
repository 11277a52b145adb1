"""The processes below a process, as `/proc` knows them; where there is no `/proc`, none."""

import contextlib
import os
import signal
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
_GONE = "Z"


def descendants(pid: int) -> tuple[int, ...]:
    """Return the living processes below one, parents before their children."""
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in _parents():
        children[parent].append(child)
    found = [pid]
    for each in found:  # grows while it is walked
        found += children[each]
    return tuple(found[1:])


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to processes; those that are gone do not matter."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def any_left(pids: Iterable[int]) -> bool:
    """Tell whether any of these processes still lives."""
    return not set(pids).isdisjoint(pid for pid, _ in _parents())


def _parents() -> Iterator[tuple[int, int]]:
    for stat in PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name, in brackets, may hold anything: what counts comes after the last bracket.
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state != _GONE:
                yield int(stat.parent.name), int(parent)
