"""`judge` and `report`: a run folder, after the run."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

import os
from typing import Annotated

import typer

from experiments.commands.arguments import RunArgument


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
