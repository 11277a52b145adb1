"""An experiment for a command of somebody's own: route, load and gates may be absent.

A file for `exec` is an experiment file: what it says of endpoints, faults and gates counts. Where
no file is named there are two stand-ins and no faults.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

import msgspec

from experiments.model import Experiment
from experiments.reading.document import Document, parse_document, read_document
from experiments.reading.overrides import with_sets
from experiments.reading.read import experiment_of

DEFAULT = """\
title: A command, with stand-ins of Azure OpenAI and Vertex AI
endpoints:
  azure: {dialect: azure-openai, stand_in: {}}
  vertex: {dialect: vertex-gemini, stand_in: {}}
"""
LONGEST_S = 600.0


def read_for_command(
    path: FilePath | None, command: Sequence[str], sets: Sequence[str] = ()
) -> Experiment:
    """Read a file, or the default one, for a command; raises UsageError, ExperimentError."""
    document = parse_document(DEFAULT, "exec") if path is None else read_document(path)
    return experiment_of(for_command(with_sets(document, sets), command))


def for_command(document: Document, command: Sequence[str]) -> Document:
    """Return a document in which all that a command has no use for is filled in."""
    data = dict(document.data)
    endpoints = data.get("endpoints")
    names = list(endpoints) if isinstance(endpoints, Mapping) else []
    data.setdefault("title", f"A command: {command[0]}")
    data.setdefault("gates", [])
    data["route"] = {"client": {"order": names, "breaker": {"enabled": False}}}
    data["load"] = {"constant": {"rate_per_s": 1}}
    data["phases"] = {
        "warm_up_s": 0,
        "baseline_s": 0,
        "fault_s": _fault_s(data.get("faults")),
        "recovery_s": 10,
        "drain_s": 5,
    }
    stem = FilePath(document.file).stem
    data["run"] = {"run_tag": "0" * 8, "run_id": stem, "name": stem, "command": [*command[:1]]}
    return msgspec.structs.replace(document, data=data)


def _fault_s(faults: Any) -> float:  # noqa: ANN401 - what a file says
    """Return until when the last fault lasts; the command's own end comes before, or after."""
    if not isinstance(faults, list):
        return LONGEST_S
    ends = [_end_s(fault) for fault in faults if isinstance(fault, Mapping)]
    return max([LONGEST_S, *ends])


def _end_s(fault: Mapping[str, Any]) -> float:
    times = (fault.get("start_s", 0), fault.get("duration_s", 0))
    return sum(time for time in times if isinstance(time, int | float))
