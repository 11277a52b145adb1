"""A file of OTLP JSON: lines, as exporters and the Collector write them, or one document.

Gzipped or not; `-` is standard input. Formats: opentelemetry.io/docs/specs/otel/protocol/
file-exporter, and what Grafana and Tempo give for one trace.
"""

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from typing import IO, cast

from telemetry.foreign.otlp import NotOtlpError, read_document
from telemetry.foreign.span import Spans

_GZIP = b"\x1f\x8b"
STDIN = "-"


class UnreadableSourceError(Exception):
    """A source that holds no spans, or cannot be read; the message names it."""


def read(path: str) -> Spans:
    """Read a file; raises UnreadableSourceError when it holds no span, or is none."""
    found = Spans(source="standard input" if path == STDIN else path)
    try:
        with _opened(path) as file:
            _read_lines(file, found)
    except (OSError, EOFError, NotOtlpError) as error:
        raise UnreadableSourceError(f"{found.source}: cannot be read: {error}") from error
    return found


def _read_lines(file: IO[bytes], found: Spans) -> None:
    first = file.readline()
    try:
        read_document(first, found)
    except NotOtlpError:
        # One document over many lines; a first line that is torn is none.
        read_document(first + file.read(), found)
        return
    for line in file:
        if line.strip():
            try:
                read_document(line, found)
            except NotOtlpError:
                found.unfit["a line that is no OTLP JSON"] += 1


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    with BufferedReader(_bytes(path)) as file:
        zipped = file.peek(2)[:2] == _GZIP
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=file) if zipped else file)


def _bytes(path: str) -> FileIO:
    return FileIO(sys.stdin.fileno(), closefd=False) if path == STDIN else FileIO(path)
