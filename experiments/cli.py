"""The command line: `crosswind`, its commands, and how errors end it."""

import os
import sys
from typing import NoReturn

import typer

from experiments.commands import (
    analysing,
    certifying,
    comparing,
    executing,
    exporting,
    keeping,
    looking_back,
    querying,
    reference,
    rehearsing,
    serving,
    viewing,
)
from experiments.reading.problems import UsageError

USAGE_EXIT_CODE = 2
CRASH_EXIT_CODE = 1
INTERRUPTED_EXIT_CODE = 130
DEBUG_VARIABLE = "CROSSWIND_DEBUG"

app = typer.Typer(
    name="crosswind",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Rehearse the loss of an inference provider: real load, real faults, and a verdict on how "
    "the traffic failed over. Start with: crosswind run azure-outage",
)
app.command("run")(rehearsing.run)
app.command("exec")(executing.exec_)
app.command("plan")(rehearsing.plan)
app.command("preflight")(rehearsing.preflight)
app.command("validate")(rehearsing.validate)
app.command("judge")(looking_back.judge)
app.command("report")(looking_back.report)
app.command("export")(exporting.export)
app.command("query")(querying.query)
app.command("analyse")(analysing.analyse)
app.command("view")(viewing.view)
app.command("compare")(comparing.compare)
app.command("runs")(keeping.runs)
app.command("clean")(keeping.clean)
app.command("list")(reference.list_)
app.command("schema")(reference.schema)
app.command("serve")(serving.serve)
app.command("ca")(certifying.ca)
app.command("stand-in")(serving.stand_in)
app.command("kill")(serving.kill)
app.command("inject")(serving.inject)


def main() -> None:
    """Run a command; wrong usage exits 2, a crash of ours 1, both with one clear line."""
    try:
        app()
    except UsageError as error:
        _end(str(error), USAGE_EXIT_CODE)
    except KeyboardInterrupt:
        # Before a command has begun; from then on Typer says the same.
        sys.exit(INTERRUPTED_EXIT_CODE)
    except OSError as error:
        _end(str(error), CRASH_EXIT_CODE)
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        what = f"{type(error).__name__}: {error}"
        _end(f"crosswind crashed: {what} ({DEBUG_VARIABLE}=1 shows where)", CRASH_EXIT_CODE)


def _end(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr)  # noqa: T201 - plain, whatever went wrong
    sys.exit(code)


if __name__ == "__main__":
    main()
