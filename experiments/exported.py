"""Sends a finished run to an OpenTelemetry backend: `crosswind export`."""

from pathlib import Path

from experiments.model import Experiment
from experiments.reading.problems import as_usage_error
from experiments.reading.resolved import read_resolved
from providers.catalog import make_dialect
from telemetry.collected import collected_spans
from telemetry.export import Exported, ExportError, export
from telemetry.flat import UnreadableRecordError
from telemetry.run_folder import RunFolder
from telemetry.seal import NoRecordError, read_record
from telemetry.spans import Served


def export_run(path: Path) -> Exported:
    """Export a run's spans and those that it collected; raises UsageError.

    `OTEL_EXPORTER_OTLP_*` say where to.
    """
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    with as_usage_error(NoRecordError, UnreadableRecordError, ExportError):
        return export(
            read_record(path),
            run_id=folder.name,
            endpoints=served_by_endpoint(experiment),
            fault_kinds={fault.id: next(iter(fault.inject)) for fault in experiment.faults},
            collected=collected_spans(path),
        )


def served_by_endpoint(experiment: Experiment) -> dict[str, Served]:
    """Return provider and model of each endpoint, as the GenAI conventions name them."""
    dialects = {e.name: make_dialect(e.dialect) for e in experiment.endpoints}
    return {name: Served(provider=d.provider, model=d.model) for name, d in dialects.items()}
