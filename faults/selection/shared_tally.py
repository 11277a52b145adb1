"""Counts for several processes that share a port: a file for each rule at each endpoint.

Two numbers of eight bytes, read and written under the file's lock, which the system takes back from
a process that dies. Where nobody counts with it, nothing is locked.
"""

import fcntl
import hashlib
import os
import struct
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

_NUMBERS: Final = struct.Struct("<qq")


def tally_file(folder: Path, *names: str) -> Path:
    """Return the file of what these names tell apart: a rule, one making of it, an endpoint."""
    digest = hashlib.blake2b(msgspec.json.encode(names), digest_size=16).hexdigest()
    return folder / digest


class SharedTally:
    """A tally in a file, which every process opens for itself."""

    __slots__ = ("__weakref__", "_descriptor")

    def __init__(self, path: Path) -> None:
        """Open it, or make it; raises OSError."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        weakref.finalize(self, os.close, self._descriptor)

    def arrive(self) -> int:
        """Count a request that is meant; return its number, from 1."""
        with self._locked() as (arrived, taken):
            self._write(arrived + 1, taken)
            return arrived + 1

    def take(self, most: int) -> bool:
        """Count a request that is to be touched, unless `most` were already."""
        with self._locked() as (arrived, taken):
            if taken >= most:
                return False
            self._write(arrived, taken + 1)
            return True

    @contextmanager
    def _locked(self) -> Iterator[tuple[int, int]]:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            found = os.pread(self._descriptor, _NUMBERS.size, 0)
            yield _NUMBERS.unpack(found or bytes(_NUMBERS.size))
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _write(self, arrived: int, taken: int) -> None:
        os.pwrite(self._descriptor, _NUMBERS.pack(arrived, taken), 0)
