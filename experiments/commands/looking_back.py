"""`judge` and `report`: a run folder, after the run."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

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
    from experiments.conclude import conclude
    from experiments.summary import print_judgement

    judgement = conclude(run)
    print_judgement(judgement)
    raise typer.Exit(judgement.exit_code)


def report(run: RunArgument) -> None:
    """Write the reports of a finished run again.

    That is report.html, report.md and junit.xml. Exits 0, whatever the verdict.

    For example:

      crosswind report runs/20261122T230146Z-azure-outage-1a2b3c4d
    """
    from experiments import conclude, terminal

    conclude.report(run)
    terminal.say(f"report: {run / 'report.html'}")
