"""Whether somebody may still write to a run folder: nobody's run is taken away under them.

The process that conducts a run holds its folder by a lock that the kernel drops with the process,
however it ends. Its children, and runs of other hosts, are known by their spools.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from telemetry.clock import read_clock_pair
from telemetry.run_folder import RunFolder
from telemetry.seal import living_writers
from telemetry.spool import SpoolFolder, SpoolReader


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a run's folder; a file system without locks makes no difference to a run."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def under_way(folder: Path) -> str:
    """Say why a run may be under way still; empty where it is not. Raises OSError."""
    if _is_held(folder):
        return "it is under way"
    spools = SpoolFolder(RunFolder(folder).spool)
    for _ in spools.read_to_end():
        pass
    if writers := living_writers(spools.readers):
        return f"it is still written to, by {', '.join(writers)}"
    if hosts := sorted(_other_hosts(spools.readers)):
        return f"it is not sealed, and whether it has ended on {', '.join(hosts)} is not known here"
    return ""


def _is_held(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no locks here
        return False
    finally:
        os.close(descriptor)
    return False


def _other_hosts(readers: Iterable[SpoolReader]) -> set[str]:
    here = read_clock_pair().host
    opened = (reader.count.opened for reader in readers if not reader.fact().ended)
    return {one.host for one in opened if one is not None and one.host != here}
