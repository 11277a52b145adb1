"""The run folder's `experiment.yaml`: the experiment as it ran, with nothing left to defaults.

It reads back to an equal `Experiment`, and it is an experiment file: it can be run again.
"""

import io
import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path as FilePath
from typing import Any

import msgspec
from ruamel.yaml import YAML

from experiments.model import Experiment
from experiments.reading.document import read_document
from experiments.reading.problems import UsageError
from experiments.reading.read import experiment_of
from experiments.reading.routes import route_said
from experiments.reading.shape import FailShape, RunShape
from telemetry.redaction import redactor_of
from telemetry.run_folder import RunFolder

VERSIONED = ("crosswind", "locust", "gevent", "uvloop", "httptools", "msgspec", "duckdb")


def write_resolved(
    folder: RunFolder,
    experiment: Experiment,
    *,
    run_tag: str,
    overrides: Sequence[str] = (),
    command: Sequence[str] = (),
) -> None:
    """Write the experiment into its run folder; `overrides` as `Overrides.told` says them."""
    run = RunShape(
        run_tag=run_tag,
        run_id=folder.path.name,
        name=experiment.name,
        file=experiment.file,
        versions=versions(),
        overrides=tuple(overrides),
        command=tuple(command),
    )
    redact = redactor_of({**os.environ, **experiment.environment}).redact
    folder.experiment.write_text(resolved_yaml(experiment, run, redact), encoding="utf-8")


def read_resolved(path: FilePath) -> Experiment:
    """Read a run folder's experiment back; raises UsageError or ExperimentError.

    Its trace file may be gone: what arrived is in the rows.
    """
    if not path.is_file() and path.parent.is_dir():
        raise UsageError(f"{path.parent}: no run folder, it has no {path.name}{_runs_in(path)}")
    return experiment_of(read_document(path), need_files=False)


def _runs_in(path: FilePath) -> str:
    """Name the newest of the run folders beside a file that is not there, for a message."""
    runs = sorted(found.parent.name for found in path.parent.glob(f"*/{path.name}"))
    return f"; did you mean {path.parent / runs[-1]}?" if runs else ""


def read_run(path: FilePath) -> RunShape:
    """Read what a run folder's experiment says about its run; raises UsageError."""
    try:
        return msgspec.convert(read_document(path).data.get("run"), RunShape)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: no run folder's experiment: {error}") from error


def resolved_yaml(experiment: Experiment, run: RunShape, redact: Callable[[str], str] = str) -> str:
    """Write an experiment with every parameter in it, and the run that it was.

    `redact` takes secrets out of every text; one that needs them to run again says so.
    """
    text = io.StringIO()
    writer: Any = YAML(typ="safe", pure=True)  # its attributes are typed by their first values
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False
    writer.width = 120
    said = {**resolved(experiment), "run": msgspec.to_builtins(run)}
    writer.dump(_redacted(said, redact), text)
    return text.getvalue()


def resolved(experiment: Experiment) -> dict[str, Any]:
    """Return an experiment in the shape of a file."""
    said = msgspec.to_builtins(experiment)
    endpoints = {entry.pop("name"): _without_none(entry) for entry in said["endpoints"]}
    said["faults"] = [_without_none(fault) for fault in said["faults"]]
    said["stop"] = [_without_none(stop) for stop in said["stop"]]
    load = said["load"]
    shape = {
        "title": said["title"],
        "endpoints": endpoints,
        "route": route_said(experiment.gateway, experiment.route),
        "load": {**load.pop("arrivals"), **load},
        **{key: said[key] for key in ("phases", "faults", "gates")},
        "expect": _expect(experiment),
        **{key: said[key] for key in ("baseline", "seed", "bystanders", "stop", "telemetry")},
        "incident": said["incident"],
        "limits": _without_none(said["limits"]),
    }
    return _without_none(shape)


def versions() -> dict[str, str]:
    """Return the versions that a run rests on, by distribution; those not installed left out."""
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _expect(experiment: Experiment) -> object:
    expect = experiment.expect
    if expect is None or expect.verdict == "PASS":
        return None if expect is None else "PASS"
    return msgspec.to_builtins(FailShape(FAIL=expect.failing))


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:  # noqa: ANN401 - any part of a file
    if isinstance(value, dict):
        return {key: _redacted(item, redact) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, redact) for item in value]
    return redact(value) if isinstance(value, str) else value


def _without_none(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value is not None}
