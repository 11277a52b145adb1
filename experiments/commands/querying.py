"""`query`: questions of one's own about a finished run."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from typing import Annotated

import typer

from experiments.commands.arguments import FormatOption, RunArgument

QueryArgument = Annotated[
    str | None,
    typer.Argument(metavar="[QUERY]", help="One query in DuckDB's SQL; without it, the columns."),
]


def query(run: RunArgument, sql: QueryArgument = None, as_: FormatOption = None) -> None:
    """Ask a finished run questions in SQL.

    The views exchanges, attempts, faults, windows, phases, events and run hold what the verdict
    rests on, in seconds since the start of the first phase. Without a query their columns are
    listed, each with what it says. A query reads these views and nothing else: no file, no network.

    For example:

      crosswind query runs/20261122T230146Z-azure-outage-1a2b3c4d

      crosswind query runs/2026... "select phase, max(ttft_s) from exchanges group by all"
    """
    from experiments import terminal
    from experiments.queried import answer_of, schema_of
    from experiments.shown import show

    with terminal.meanwhile("reading the rows"):
        answer = schema_of(run) if sql is None else answer_of(run, sql)
    show(answer.columns, answer.rows, as_)
