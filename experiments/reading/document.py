"""A YAML file as plain values, with the line of every place in it.

YAML 1.2 through ruamel.yaml, composed to nodes and read here: only plain scalars, lists and
mappings with text keys; no tags, no merge keys, duplicate keys are complained about.
"""

from pathlib import Path as FilePath
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from experiments.reading.problems import (
    Complaint,
    Complaints,
    ExperimentError,
    Path,
    Problem,
    UsageError,
    dotted,
)

MAX_VALUES = 10_000
"""An experiment has some hundred values; aliases that multiply are refused beyond this."""
MAX_DEPTH = 50

_PREFIX = "tag:yaml.org,2002:"
_SCALARS = {"null", "bool", "int", "float", "str", "timestamp"}


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says and where. `origins`: places that the command line wrote, and how."""

    file: str
    data: dict[str, Any]
    lines: dict[Path, int] = {}
    origins: dict[Path, str] = {}
    complaints: tuple[Complaint, ...] = ()

    def problem(self, complaint: Complaint) -> Problem:
        """Say where a complaint is: the file and line, or the `--set` that wrote the place."""
        path = complaint.path
        around = [path[:length] for length in range(len(path), -1, -1)]
        written = next((self.origins[part] for part in around if part in self.origins), "")
        if not written and path not in self.lines:
            # What is not in the file may have come with a place below it that was set.
            below = (place for place in self.origins if place[: len(path)] == path)
            written = next((self.origins[place] for place in below), "")
        line = next((self.lines[part] for part in around if part in self.lines), 0)
        return Problem(
            file=written or self.file,
            line=0 if written else line,
            path=dotted(path),
            message=complaint.message,
            suggestion=complaint.suggestion,
        )


def read_document(path: FilePath) -> Document:
    """Read a YAML file; raises UsageError when it cannot be, ExperimentError when it is no YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: cannot be read: not text in UTF-8 ({error.reason})") from error
    return parse_document(text, str(path))


def parse_document(text: str, file: str) -> Document:
    """Read YAML text; raises ExperimentError when it is none or says no mapping."""
    reader = _Reader()
    try:
        node = _composed(text)
        data = reader.value(node, ()) if node is not None else None
    except YAMLError as error:
        raise ExperimentError([_syntax_problem(error, file)]) from error
    if not isinstance(data, dict):
        message = "an experiment is a mapping: title, endpoints, route, load, faults, gates"
        raise ExperimentError([Problem(file=file, line=1, path="", message=message)])
    return Document(file=file, data=data, lines=reader.lines, complaints=tuple(reader.complaints))


def parse_value(text: str) -> Any:  # noqa: ANN401 - YAML may say anything
    """Read one value as YAML (`0.5`, `[a, b]`, `{status: 503}`); raises UsageError."""
    reader = _Reader()
    try:
        node = _composed(text)
        value = reader.value(node, ()) if node is not None else None
    except YAMLError as error:
        raise UsageError(f"{text!r} is not YAML: {_first_line(error)}") from error
    for complaint in reader.complaints:
        raise UsageError(f"{text!r}: {complaint.message}")
    return value


def _composed(text: str) -> Node | None:
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except RecursionError:
        raise YAMLError("too deep: lists within lists without an end?") from None
    return node


class _Reader:
    """Turns nodes into values and notes each one's line."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.complaints = Complaints()

    def value(self, node: Node, path: Path) -> Any:  # noqa: ANN401 - YAML may say anything
        self.lines.setdefault(path, node.start_mark.line + 1)
        if len(self.lines) > MAX_VALUES or len(path) > MAX_DEPTH:
            raise YAMLError("too many values, or too deep: aliases that multiply?")
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            place = (*path, key)
            if key in found:
                again = f"written twice, first in line {self.lines[place]}"
                self.lines[place] = key_node.start_mark.line + 1
                self.complaints.add(place, again)
                continue
            self.lines[place] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, place)
        return found

    def _key(self, node: Node, path: Path) -> str:
        if isinstance(node, ScalarNode) and node.tag != f"{_PREFIX}merge":
            return str(node.value)
        self.lines.setdefault(path, node.start_mark.line + 1)
        self.complaints.add(path, "keys are plain words; merge keys and nested keys are not read")
        return "<<"

    def _scalar(self, node: Node, path: Path) -> Any:  # noqa: ANN401 - YAML may say anything
        kind = str(node.tag).removeprefix(_PREFIX)
        if kind not in _SCALARS:
            self.complaints.add(path, f"the tag {node.tag} is not read; write a plain value")
            return None
        if kind in {"str", "timestamp"}:
            return str(node.value)
        return YAML(typ="safe", pure=True).constructor.construct_object(node)


def _syntax_problem(error: YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    return Problem(file=file, line=line, path="", message=f"not YAML: {_first_line(error)}")


def _first_line(error: YAMLError) -> str:
    if isinstance(error, MarkedYAMLError):
        return str(error.problem or error.context)
    return str(error).splitlines()[0]
