"""The arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.tabular import Format

ExperimentArgument = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT",
        help="A YAML file, a run folder, or a catalogue name: azure-outage.",
    ),
]
WhatArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[EXPERIMENT]",
        help="A YAML file, a run folder, or a catalogue name: azure-outage. With --incident what "
        "it happens to: two stand-ins unless named.",
    ),
]
IncidentOption = Annotated[
    str | None,
    typer.Option(
        "--incident",
        metavar="ID",
        help="Replay a published incident in place of the experiment's faults and gates; "
        "`crosswind list incidents` names them.",
    ),
]
SpeedOption = Annotated[
    float | None,
    typer.Option(
        "--speed",
        metavar="X",
        help="Replay the incident X times as fast: fault windows shrink, nothing that a client "
        "waits does. As fast as makes its faults last two minutes, unless told.",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="ROLE=ENDPOINT",
        help="Which endpoint plays a role of the incident: --map failing=vertex. May be repeated.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change one value: keys and list indices joined by dots, the value read as YAML, "
        "e.g. --set faults.0.share=0.5. May be repeated.",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Roll arrivals, lengths and faults with this.")
]
TraceOption = Annotated[
    str | None,
    typer.Option(
        "--trace",
        metavar="CSV",
        help="Replay recorded arrivals and token counts instead (columns TIMESTAMP, "
        "ContextTokens, GeneratedTokens), sped up to the experiment's mean rate unless "
        "load.trace.speed is set.",
    ),
]
RunArgument = Annotated[
    Path,
    typer.Argument(
        metavar="RUN", exists=True, file_okay=False, help="A run folder, e.g. runs/2026..."
    ),
]
FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format", help="table on a terminal and csv elsewhere, unless told.", show_choices=True
    ),
]
