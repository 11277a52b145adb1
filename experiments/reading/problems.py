"""What is wrong with what the user wrote: every problem, its place and the nearest right word."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

Path = tuple[str | int, ...]
"""A place in an experiment file: mapping keys and list indices from the top."""


class UsageError(Exception):
    """Something that the user wrote cannot be done; the command line exits 2 with this text."""


@contextmanager
def as_usage_error(*kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of other packages, where the user caused them, into wrong usage."""
    try:
        yield
    except kinds as error:
        raise UsageError(str(error)) from error


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong: where, what, and the word that was probably meant.

    `line` counts from 1, 0 where there is none (`--set`); `path` is dotted, empty for the whole
    file.
    """

    file: str
    line: int
    path: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{self.path}: " if self.path else ""
        hint = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{place}: {where}{self.message}{hint}"


class ExperimentError(UsageError):
    """An experiment file that cannot be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A problem at a path, before anybody looked up the file and line."""

    path: Path
    message: str
    suggestion: str = ""


class Complaints:
    """Collects what is wrong; the first complaint about a place wins, later ones are echoes."""

    def __init__(self) -> None:
        self._found: dict[Path, Complaint] = {}

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Complaint]:
        return iter(self._found.values())

    def add(self, path: Path, message: str, suggestion: str = "") -> None:
        """Complain about a place, unless it or something around it was complained about."""
        if not any(path[:length] in self._found for length in range(len(path) + 1)):
            self._found[path] = Complaint(path=path, message=message, suggestion=suggestion)

    def about(self, *path: str | int) -> bool:
        """Tell whether anything at, in or around a place was complained about."""
        return any(
            found[: len(path)] == path or path[: len(found)] == found for found in self._found
        )


def dotted(path: Path) -> str:
    """Write a path the way `--set` takes it: `faults.0.share`."""
    return ".".join(str(part) for part in path)
