"""`judge`, `report` and `export`: a run folder, after the run."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.arguments import RunArgument

if TYPE_CHECKING:
    from telemetry.export import Exported


def judge(run: RunArgument) -> None:
    """Judge a finished run again from its rows.

    Writes verdict.json and the reports, prints the findings. Everything is computed from the
    recorded rows and the resolved experiment, so deleting verdict and reports changes nothing.
    Exits with the verdict's code, as `run` did.

    For example:

      crosswind judge runs/20261122T230146Z-azure-outage-1a2b3c4d
    """
    from experiments import terminal
    from experiments.judging.conclude import conclude
    from experiments.reading.problems import as_usage_error
    from experiments.summary import print_judgement
    from telemetry.flat import UnreadableRecordError
    from telemetry.seal import NoRecordError

    with (
        as_usage_error(NoRecordError, UnreadableRecordError),
        terminal.meanwhile("reading the rows and computing every figure"),
    ):
        conclusion = conclude(run)
    print_judgement(conclusion.judgement, unwritten=conclusion.unwritten)
    raise typer.Exit(conclusion.exit_code)


def report(
    run: RunArgument,
    grafana: Annotated[
        str,
        typer.Option(
            envvar="GRAFANA_URL",
            metavar="URL",
            help="Link traces to this Grafana, where they were exported to.",
        ),
    ] = "",
) -> None:
    """Write the reports of a finished run again.

    That is report.html, report.md and junit.xml. Exits 0, whatever the verdict. With --grafana or
    GRAFANA_URL the worst exchanges link to their traces in Explore; GRAFANA_TEMPO_UID names the
    data source (default tempo).

    For example:

      crosswind report runs/20261122T230146Z-azure-outage-1a2b3c4d
    """
    from experiments import terminal
    from experiments.judging import conclude
    from experiments.reading.problems import as_usage_error
    from telemetry.flat import UnreadableRecordError
    from telemetry.grafana.links import GrafanaError, explore_of
    from telemetry.seal import NoRecordError

    with (
        as_usage_error(NoRecordError, UnreadableRecordError, GrafanaError),
        terminal.meanwhile("reading the rows and computing every figure"),
    ):
        conclude.report(run, explore_of(os.environ, grafana))
    terminal.say(f"report: {run / 'report.html'}")


def export(
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

    For example:

      OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 crosswind export runs/20261122T230146Z-...

      crosswind export runs/20261122T230146Z-... --to otlp-json traces.jsonl
    """
    from experiments import terminal
    from experiments.exported import export_run, export_to_file
    from experiments.exported_log import export_log
    from experiments.reading.problems import UsageError

    if to is not None:
        if again or logs:
            raise UsageError("--to writes the spans into a file: --again and --logs are not for it")
        with terminal.meanwhile("writing the spans"):
            file, count = export_to_file(run, *to, sample=sample)
        terminal.say(f"{count} spans in {file}")
        return
    if logs:
        with terminal.meanwhile("sending the log"):
            told = export_log(run, again=again)
        _tell(told, "log events")
        return
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
