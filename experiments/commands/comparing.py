"""`compare`: the runs of one system against those of another."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from pathlib import Path
from typing import Annotated

import typer

SIDE = "A folder that holds run folders, or a quoted pattern that names them."
BaseArgument = Annotated[str, typer.Argument(metavar="BASE", help=SIDE)]
NewArgument = Annotated[str, typer.Argument(metavar="NEW", help=SIDE)]
MetricOption = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar="'NAME [STAT] [(SCOPE)]'",
        help="Compare this instead of what the experiments' gates are about, written as a gate "
        "without its limit: 'time_to_first_token p95 (fault)'. May be repeated.",
    ),
]
JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the comparison here too.")
]


def compare(
    base: BaseArgument,
    new: NewArgument,
    metric: MetricOption = None,
    json: JsonOption = None,
) -> None:
    """Tell whether the runs of NEW are worse than those of BASE.

    A run is one observation; runs of the same seed are a pair, and at least 5 pairs are needed.
    Exits 0 no worse, 3 worse, 4 cannot tell (fewer pairs, a run that does not count, different
    experiments, unknown figures), 2 wrong usage.

    For example:

      crosswind compare runs/base runs/new

      crosswind compare runs/base runs/new --metric failover_time --json comparison.json
    """
    from experiments import terminal
    from experiments.comparing.compare_folders import compare_folders
    from experiments.comparing.compare_shown import comparison_json, print_comparison
    from experiments.reading.problems import UsageError, as_usage_error
    from telemetry.flat import UnreadableRecordError
    from telemetry.seal import NoRecordError

    with (
        as_usage_error(NoRecordError, UnreadableRecordError),
        terminal.meanwhile("reading the rows of every run"),
    ):
        comparison = compare_folders(base, new, metric or ())
    print_comparison(comparison)
    if json is not None:
        try:
            json.write_bytes(comparison_json(comparison))
        except OSError as error:
            raise UsageError(f"--json {json}: cannot be written: {error.strerror}") from error
    raise typer.Exit(comparison.exit_code)
