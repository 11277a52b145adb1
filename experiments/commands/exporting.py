"""`export`: a finished run, to a backend or into a file."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.arguments import RunArgument

if TYPE_CHECKING:
    from telemetry.export import Exported


def export(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    run: RunArgument,
    again: Annotated[  # noqa: FBT002 - an option of the command line
        bool, typer.Option("--again", help="Send what the backend has taken already, too.")
    ] = False,
    sample: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="The share of unremarkable exchanges to send; default all."
        ),
    ] = None,
    logs: Annotated[  # noqa: FBT002 - as above
        bool, typer.Option("--logs", help="Send the run's log instead of its spans.")
    ] = False,
    to: Annotated[
        tuple[str, Path] | None,
        typer.Option(
            "--to",
            metavar="FORM FILE",
            help="Write the spans into a file instead: otlp-json or parquet, and where.",
        ),
    ] = None,
    metrics: Annotated[  # noqa: FBT002 - an option of the command line
        bool,
        typer.Option("--metrics", help="Send the run's metrics instead, with their old times."),
    ] = False,
) -> None:
    """Send a finished run to a backend, or write it to a file.

    One span per exchange, one per attempt, and the proxy's below it with the fault's id. Where to
    and how is told by OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL (grpc or
    http/protobuf) and the other OTEL_EXPORTER_OTLP_* variables. Exits 0 when every span was
    taken, else 1. What this backend has taken is kept in the run folder and not sent again, so an
    export that was broken off goes on where it stopped; --again sends the same ids again.

    With GRAFANA_URL and GRAFANA_TOKEN (a service account's) the run's phases and fault windows
    become annotations there, too, each once.

    --logs sends run.log.ndjson, verdict included; OTEL_EXPORTER_OTLP_LOGS_* come first then.

    --to otlp-json FILE writes OTLP JSON lines (zipped if it ends with .gz), --to parquet FILE a row
    per span; in a folder the file is called like the run. `analyse` reads both back.

    --metrics sends what the run's metrics would have been while it went on, and its verdict, with
    the times that they had: over OTLP, and to CROSSWIND_REMOTE_WRITE_URL by remote write. A backend
    must accept such old samples; one that says that it does not is told of, and the exit code is 1.

    For example:

      OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 crosswind export runs/20261122T230146Z-...

      crosswind export runs/20261122T230146Z-... --to otlp-json traces.jsonl
    """
    from experiments.reading.problems import UsageError

    if to is not None and (again or logs or metrics):
        others = "--again, --logs and --metrics"
        raise UsageError(f"--to writes the spans into a file: {others} are not for it")
    if logs and metrics:
        raise UsageError("--logs or --metrics: one of them at a time")
    if to is not None:
        _write_spans(run, *to, sample)
    elif metrics:
        _send_metrics(run)
    elif logs:
        _send_log(run, again=again)
    else:
        _send_spans(run, sample, again=again)


def _write_spans(run: Path, form: str, to: Path, sample: float | None) -> None:
    from experiments import terminal
    from experiments.exported import export_to_file

    with terminal.meanwhile("writing the spans"):
        file, count = export_to_file(run, form, to, sample=sample)
    terminal.say(f"{count} spans in {file}")


def _send_log(run: Path, *, again: bool) -> None:
    from experiments import terminal
    from experiments.exported_log import export_log

    with terminal.meanwhile("sending the log"):
        told = export_log(run, again=again)
    _tell(told, "log events")


def _send_spans(run: Path, sample: float | None, *, again: bool) -> None:
    from experiments import terminal
    from experiments.exported import export_run

    with terminal.meanwhile("sending the spans"):
        exported = export_run(run, again=again, sample=sample)
    annotated = _annotate(run)
    if exported.before:
        terminal.say(f"{exported.before} exchanges had been taken before: --again sends them again")
    _tell(exported, "spans")
    if not annotated:
        raise typer.Exit(1)


def _tell(exported: "Exported", what: str) -> None:
    """Say what became of an export; exits 1 where not all of it was taken."""
    from experiments import terminal

    terminal.say(f"{exported.sent} {what} sent")
    if exported.rejected:
        terminal.warn(f"{exported.rejected} {what} were taken and rejected: {exported.reason}")
    if exported.failed:
        terminal.warn(f"{exported.failed} {what} not taken: {exported.reason}")
        raise typer.Exit(1)


def _send_metrics(run: Path) -> None:
    """Send a run's metrics; exits 1 where a backend did not take all of them."""
    from experiments import terminal
    from experiments.exported_metrics import export_metrics

    with terminal.meanwhile("sending the metrics"):
        told = export_metrics(run)
    for one in told:
        terminal.say(f"{one.where}: {one.sent} readings sent")
        if one.reason:
            terminal.warn(f"{one.where}: the others were not taken: {one.reason}")
    if any(one.reason for one in told):
        raise typer.Exit(1)


def _annotate(run: Path) -> bool:
    """Tell Grafana of the run, if there is one to tell; false where it would not listen."""
    from experiments import terminal
    from experiments.annotated import tell_grafana
    from telemetry.grafana.links import GrafanaError

    try:
        told = tell_grafana(run)
    except GrafanaError as error:
        terminal.warn(f"no annotations: {error}")
        return False
    if told is not None:
        terminal.say(f"{told.added} annotations added to Grafana, {told.known} were there")
    return True
