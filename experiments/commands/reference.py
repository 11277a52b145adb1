"""`list` and `schema`: what an experiment may say."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from typing import Annotated

import typer

KindArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]",
        help="dialects, faults, compositions, arrivals, metrics, gates, experiments or incidents; "
        "all of them without one.",
    ),
]


def list_(kind: KindArgument = None) -> None:
    """List dialects, faults, compositions, arrivals, metrics, gates.

    And the experiments of the catalogue, and the incidents that can be replayed. Each plug-in is
    one file in its folder and is found by being there.

    For example:

      crosswind list

      crosswind list faults

      crosswind list incidents
    """
    from experiments.listing import print_listing

    print_listing(kind)


def schema() -> None:
    """Print the JSON Schema of experiment files.

    With it an editor completes and checks them.

    For example:

      crosswind schema > crosswind.schema.json

    and on top of an experiment, for editors with the YAML language server:

      # yaml-language-server: $schema=crosswind.schema.json
    """
    import msgspec

    from experiments.reading.schema import experiment_schema

    typer.echo(msgspec.json.format(msgspec.json.encode(experiment_schema())))
