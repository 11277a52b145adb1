"""Tells Grafana when a run's faults and phases were, where the environment gives access to one."""

import os
from pathlib import Path

from experiments.exported import described
from experiments.reading.problems import as_usage_error
from experiments.reading.resolved import read_resolved
from telemetry.flat import UnreadableRecordError
from telemetry.grafana.annotations import annotations
from telemetry.grafana.api import Told, access_of, tell
from telemetry.grafana.links import GrafanaError
from telemetry.run_folder import RunFolder
from telemetry.run_spans import RunSpans
from telemetry.seal import NoRecordError, read_record


def tell_grafana(path: Path) -> Told | None:
    """Tell of a finished run; None without GRAFANA_TOKEN. Raises UsageError and GrafanaError.

    GrafanaError is for a Grafana that refuses, UsageError for access that is none.
    """
    with as_usage_error(GrafanaError, NoRecordError, UnreadableRecordError):
        access = access_of(os.environ)
        if access is None:
            return None
        folder = RunFolder(path)
        told = described(folder, read_resolved(folder.experiment))
        spans = list(RunSpans(read_record(path), told.title, told.injected).spans())
    return tell(access, folder.name, annotations(spans, folder.name))
