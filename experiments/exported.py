"""Sends a finished run to an OpenTelemetry backend, or into a file: `crosswind export`."""

import os
from pathlib import Path

import msgspec

from experiments.model import Endpoint, Experiment, Fault
from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import UsageError, as_usage_error
from experiments.reading.resolved import read_resolved
from providers.catalog import make_dialect
from providers.request_log import read_log
from telemetry.collected import collected_spans
from telemetry.export import Exported, ExportError, export, forget_other_share, units_of
from telemetry.exporting.destination import destination
from telemetry.exporting.ledger import LedgerError, opened
from telemetry.exporting.span_files import FORMS, file_in
from telemetry.flat import UnreadableRecordError
from telemetry.run_folder import RunFolder
from telemetry.run_spans import Injected
from telemetry.seal import NoRecordError, read_record
from telemetry.semconv import wants_latest
from telemetry.span_attributes import ProviderRequest, Served
from telemetry.spans import Described


def export_run(path: Path, *, again: bool = False, sample: float | None = None) -> Exported:
    """Export what a backend has not taken of a run yet, or all of it `again`; raises UsageError.

    `OTEL_EXPORTER_OTLP_*` say where to; `sample` is the experiment's unless it is told.
    """
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    share = experiment.telemetry.sample if sample is None else sample
    with as_usage_error(NoRecordError, UnreadableRecordError, ExportError, LedgerError):
        record = read_record(path)
        with opened(folder.export, destination(os.environ)) as ledger:
            if again:
                ledger.clear()
            forget_other_share(ledger, share)
            return export(
                record,
                run_id=folder.name,
                described=msgspec.structs.replace(described(folder, experiment), sample=share),
                collected=collected_spans(path),
                ledger=ledger,
            )


def export_to_file(
    path: Path, form: str, to: Path, *, sample: float | None = None
) -> tuple[Path, int]:
    """Write a run's spans, all of them or a share, into a file or a folder; raises UsageError.

    `form` is a name in `telemetry.exporting.span_files`; returns the file, and how many spans.
    """
    if form not in FORMS:
        meant = nearest(form, FORMS)
        hint = f"did you mean {meant}?" if meant else f"there are {listed(FORMS)}"
        raise UsageError(f"--to {form}: no such form of file; {hint}")
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    share = experiment.telemetry.sample if sample is None else sample
    told = msgspec.structs.replace(described(folder, experiment), sample=share)
    target = file_in(to, folder.name, form) if to.is_dir() else to
    with as_usage_error(NoRecordError, UnreadableRecordError):
        units = units_of(read_record(path), folder.name, told, collected_spans(path))
    try:
        return target, FORMS[form][1](units, target)
    except OSError as error:
        raise UsageError(
            f"--to {form} {to}: cannot be written: {error.strerror or error}"
        ) from error


def described(folder: RunFolder, experiment: Experiment) -> Described:
    """Return what the experiment and the stand-ins' logs say beside the record."""
    return Described(
        endpoints=served_by_endpoint(experiment),
        injected=injected_of(experiment),
        title=experiment.title,
        requests=_requests(folder.stand_in),
        latest_names=wants_latest(os.environ),
    )


def injected_of(experiment: Experiment) -> dict[str, Injected]:
    """Return what each fault injects, by its id."""
    return {fault.id: _injected(fault) for fault in experiment.faults}


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
