"""Reads the Azure LLM inference trace: when real questions arrived, and how long they were.

Format: CSV with the columns TIMESTAMP (UTC text with up to 100 ns), ContextTokens and
GeneratedTokens, in order of time. Source: AzurePublicDataset, "Azure LLM inference trace 2023"
(CC-BY; Patel et al., Splitwise, ISCA 2024).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import msgspec

COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")
MAX_TOLD = 80
"""How much of a line that is no trace's is repeated in its error."""

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?")


class TraceError(ValueError):
    """A trace that cannot be replayed; the message names the file and the line."""


class TraceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded question: seconds since the trace's first row, and its token counts."""

    at_s: float
    prompt_tokens: int
    output_tokens: int


def read_trace(file: str) -> tuple[TraceRow, ...]:
    """Read a whole trace file; raises TraceError."""
    path = Path(file)
    try:
        return _read_version(file, path.stat().st_mtime_ns)
    except OSError as error:
        raise TraceError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TraceError(f"{file}: not a text file") from error


@lru_cache(maxsize=4)
def _read_version(file: str, version: int) -> tuple[TraceRow, ...]:  # noqa: ARG001 - a cache key
    with Path(file).open(newline="", encoding="utf-8-sig") as lines:
        return parse_trace(lines, file)


def parse_trace(lines: Iterable[str], file: str) -> tuple[TraceRow, ...]:
    """Read a trace's lines, header first; `file` is its name in errors. Raises TraceError."""
    reader = csv.reader(lines)
    columns = _columns(next(reader, []), file)
    rows: list[TraceRow] = []
    for at_s, prompt_tokens, output_tokens in _relative(_cells(reader, columns, file), file):
        rows.append(TraceRow(at_s=at_s, prompt_tokens=prompt_tokens, output_tokens=output_tokens))
    if not rows:
        raise TraceError(f"{file}: no rows below the header")
    return tuple(rows)


def _columns(header: Sequence[str], file: str) -> tuple[int, int, int]:
    names = [name.strip() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise TraceError(f"{file}:1: no column {', '.join(missing)} in {_short(names)!r}")
    stamp, prompt, output = (names.index(name) for name in COLUMNS)
    return stamp, prompt, output


def _short(cells: Sequence[str]) -> str:
    text = ", ".join(cells)
    return text if len(text) <= MAX_TOLD else text[:MAX_TOLD] + "..."


_Cells = tuple[int, int, int, int]


def _cells(
    reader: Iterator[list[str]], columns: tuple[int, int, int], file: str
) -> Iterator[_Cells]:
    stamp, prompt, output = columns
    for number, row in enumerate(reader, start=2):
        if not row:
            continue
        try:
            yield number, _nanoseconds(row[stamp]), int(row[prompt]), int(row[output])
        except IndexError:
            raise TraceError(f"{file}:{number}: too few columns: {_short(row)!r}") from None
        except ValueError as error:
            raise TraceError(f"{file}:{number}: {error}") from None


def _relative(cells: Iterable[_Cells], file: str) -> Iterator[tuple[float, int, int]]:
    first = last = None
    for number, at_ns, prompt, output in cells:
        first = at_ns if first is None else first
        if last is not None and at_ns < last:
            raise TraceError(f"{file}:{number}: earlier than the row before it")
        if prompt < 0 or output < 0:
            raise TraceError(f"{file}:{number}: a negative token count")
        last = at_ns
        yield (at_ns - first) / 1e9, prompt, output


def _nanoseconds(text: str) -> int:
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"no time stamp: {text!r}")
    whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    return int(whole.timestamp()) * 1_000_000_000 + int((match[2] or "").ljust(9, "0"))
