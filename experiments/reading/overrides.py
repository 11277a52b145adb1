"""What the command line changes in an experiment: `--set path=value`, `--seed`, `--trace`."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path as FilePath
from typing import Any

import msgspec

from experiments.model import Experiment
from experiments.reading.document import Document, parse_value, read_document
from experiments.reading.nearest import nearest
from experiments.reading.problems import Path, UsageError, dotted
from experiments.reading.read import experiment_of
from experiments.reading.shape import LOAD_KEYS
from loadgen.catalog import make_arrivals

_BELOW_TRACE = ("load", "trace")


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line changes; `sets` are texts `path=value`, `trace` a CSV file."""

    sets: tuple[str, ...] = ()
    seed: int | None = None
    trace: str | None = None

    def told(self) -> tuple[str, ...]:
        """Return the changes as they were written, for the run folder."""
        trace = () if self.trace is None else (f"--trace {self.trace}",)
        seed = () if self.seed is None else (f"--seed {self.seed}",)
        return (*trace, *(f"--set {text}" for text in self.sets), *seed)


def read_overridden(path: FilePath, overrides: Overrides) -> Experiment:
    """Read an experiment with the command line's changes; raises UsageError, ExperimentError."""
    return experiment_of(overridden(read_document(path), overrides))


def overridden(document: Document, overrides: Overrides) -> Document:
    """Return the document as the command line wants it; raises UsageError, ExperimentError."""
    sets = [_parsed(text) for text in overrides.sets]
    if overrides.seed is not None:
        sets.append((("seed",), overrides.seed, f"--seed {overrides.seed}"))
    if overrides.trace is not None:
        document = _with_trace(document, overrides.trace, sets)
    return _with(document, sets)


_Set = tuple[Path, Any, str]


def with_sets(document: Document, texts: Sequence[str]) -> Document:
    """Return the document with each `path=value` in it; raises UsageError."""
    return _with(document, [_parsed(text) for text in texts])


def _parsed(text: str) -> _Set:
    path, equals, value = text.partition("=")
    if not equals or not all(part.strip() for part in path.split(".")):
        raise UsageError(f"--set {text}: expected path=value, such as faults.0.share=0.5")
    parts = tuple(int(p) if p.isdigit() else p for p in path.strip().split("."))
    try:
        return parts, parse_value(value), f"--set {text}"
    except UsageError as error:
        raise UsageError(f"--set {text}: {error}") from error


def _with(document: Document, sets: Sequence[_Set]) -> Document:
    data = deepcopy(document.data)
    origins = dict(document.origins)
    for path, value, origin in sets:
        _put(data, path, value, origin)
        origins[path] = origin
    return msgspec.structs.replace(document, data=data, origins=origins)


def _put(data: dict[str, Any], path: Path, value: object, origin: str) -> None:
    place: Any = data
    for depth, part in enumerate(path[:-1]):
        place = _step(place, part, path[:depth], origin)
    last = path[-1]
    if isinstance(place, list):
        place[_index(place, last, path[:-1], origin)] = value
    elif isinstance(place, dict):
        place[str(last)] = value
    else:
        raise UsageError(f"{origin}: {dotted(path[:-1])} is {place!r}, nothing lies below it")


def _step(place: Any, part: str | int, above: Path, origin: str) -> Any:  # noqa: ANN401 - YAML's
    if isinstance(place, list):
        return _expanded(place, _index(place, part, above, origin))
    if not isinstance(place, dict):
        raise UsageError(f"{origin}: {dotted(above)} is {place!r}, nothing lies below it")
    key = str(part)
    if key not in place and above == ("endpoints",):
        hint = nearest(key, place)
        raise UsageError(f"{origin}: no endpoint is called {key}; did you mean {hint}?" if hint
                         else f"{origin}: no endpoint is called {key}")  # fmt: skip
    place.setdefault(key, {})
    return _expanded(place, key)


def _expanded(place: Any, key: Any) -> Any:  # noqa: ANN401 - YAML's
    """Return what lies at a key; nothing becomes a mapping that something can be put into."""
    if place[key] is None:
        place[key] = {}
    return place[key]


def _index(place: list[Any], part: str | int, above: Path, origin: str) -> int:
    if isinstance(part, int) and part < len(place):
        return part
    there = f"0 to {len(place) - 1}" if place else "none"
    raise UsageError(f"{origin}: {dotted(above)} is a list, and {part} is not in it ({there})")


def _with_trace(document: Document, trace: str, sets: Sequence[_Set]) -> Document:
    """Replace the arrivals by a recorded trace at the mean rate that the experiment had."""
    origin = f"--trace {trace}"
    if not FilePath(trace).is_file():
        what = "not a file" if FilePath(trace).exists() else "no such file"
        raise UsageError(f"{origin}: {what}")
    others = [one for one in sets if one[0][:2] != _BELOW_TRACE]
    experiment = experiment_of(_with(document, others))
    ((name, parameters),) = experiment.load.arrivals.items()
    arrivals: dict[str, object] = {"file": str(FilePath(trace).resolve())}
    if name == "trace":
        arrivals = {**parameters, **arrivals}
    else:
        load_s = experiment.phases.load_s
        arrivals["rate_per_s"] = make_arrivals(experiment.load.arrivals).mean_rate_per_s(load_s)
    load = {key: value for key, value in document.data["load"].items() if key in LOAD_KEYS}
    data = {**document.data, "load": {**load, "trace": arrivals}}
    origins = {**document.origins, _BELOW_TRACE: origin}
    return msgspec.structs.replace(document, data=data, origins=origins)
