"""Sends a finished run to an OpenTelemetry backend: `crosswind export`."""

from pathlib import Path

import msgspec

from experiments.model import Endpoint, Experiment, Fault
from experiments.reading.problems import as_usage_error
from experiments.reading.resolved import read_resolved
from providers.catalog import make_dialect
from providers.request_log import read_log
from telemetry.collected import collected_spans
from telemetry.export import Exported, ExportError, export
from telemetry.flat import UnreadableRecordError
from telemetry.run_folder import RunFolder
from telemetry.run_spans import Injected
from telemetry.seal import NoRecordError, read_record
from telemetry.spans import Described, ProviderRequest, Served


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
            described=described(folder, experiment),
            collected=collected_spans(path),
        )


def described(folder: RunFolder, experiment: Experiment) -> Described:
    """Return what the experiment and the stand-ins' logs say beside the record."""
    return Described(
        endpoints=served_by_endpoint(experiment),
        injected={fault.id: _injected(fault) for fault in experiment.faults},
        title=experiment.title,
        requests=_requests(folder.stand_in),
    )


def served_by_endpoint(experiment: Experiment) -> dict[str, Served]:
    """Return what each endpoint is, as the GenAI and cloud conventions name it."""
    return {endpoint.name: _served(endpoint) for endpoint in experiment.endpoints}


def _served(endpoint: Endpoint) -> Served:
    dialect = make_dialect(endpoint.dialect)
    region = endpoint.stand_in.region if endpoint.stand_in else getattr(dialect, "location", "")
    return Served(provider=dialect.provider, model=dialect.model, region=region or "")


def _injected(fault: Fault) -> Injected:
    ((kind, parameters),) = fault.inject.items()
    said = {name: value for name, value in parameters.items() if value is not None}
    return Injected(kind, msgspec.json.encode(said).decode() if said else "")


def _requests(logs: Path) -> dict[tuple[str, str], ProviderRequest]:
    lines = (line for log in sorted(logs.glob("*.jsonl")) for line in read_log(log))
    return {
        (line.trace_id, line.span_id): msgspec.convert(line, ProviderRequest, from_attributes=True)
        for line in lines
        if line.trace_id and line.span_id
    }
