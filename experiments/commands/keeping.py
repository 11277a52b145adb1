"""`runs` and `clean`: the runs that have piled up."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.arguments import FormatOption

FolderArgument = Annotated[
    Path, typer.Argument(metavar="[FOLDER]", help="A folder that holds run folders.")
]
KeepOption = Annotated[
    int | None, typer.Option("--keep", metavar="N", min=0, help="Keep the newest N.")
]
AgeOption = Annotated[
    str | None,
    typer.Option("--older-than", metavar="AGE", help="Only what began longer ago: 30d, 12h, 2w."),
]
VerdictOption = Annotated[
    list[str] | None,
    typer.Option(
        "--verdict",
        metavar="VERDICT",
        help="Look at these alone: PASS, FAIL, INCONCLUSIVE, ABORTED, or NONE for runs that were "
        "not judged. May be repeated.",
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would go, and end.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Remove without asking.")]
DEFAULT = Path("runs")


def runs(folder: FolderArgument = DEFAULT, as_: FormatOption = None) -> None:
    """List the runs in a folder, newest first.

    With the verdict that was written into each (NONE: not judged), its exit code, what it takes
    on disk, and whether its record is sealed.

    For example:

      crosswind runs

      crosswind runs runs/nightly --format json
    """
    from experiments import terminal
    from experiments.keeping.found import runs_in
    from experiments.keeping.listed import print_runs

    with terminal.meanwhile("looking at every run"):
        found = runs_in(folder)
    print_runs(found, as_)


def clean(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    folder: FolderArgument = DEFAULT,
    keep: KeepOption = None,
    older_than: AgeOption = None,
    verdict: VerdictOption = None,
    dry_run: DryRunOption = False,  # noqa: FBT002 - how typer declares a switch
    yes: YesOption = False,  # noqa: FBT002 - as above
) -> None:
    """Remove old runs, whole folders at a time.

    Only folders directly in FOLDER that are run folders under their own names: what you renamed
    stays, and so does a run that is under way. With --keep and --older-than, both must let a run
    go. Asks first on a terminal; elsewhere it needs --yes. Exits 0, or 1 when something could not
    be removed.

    For example:

      crosswind clean --keep 20 --dry-run

      crosswind clean runs/nightly --older-than 30d --verdict PASS --yes
    """
    from experiments import terminal
    from experiments.keeping.cleaned import clean_up
    from experiments.keeping.found import runs_in
    from experiments.keeping.removal import removal_of
    from experiments.keeping.retention import unwanted, wish_of

    wish = wish_of(keep, older_than, verdict or ())
    with terminal.meanwhile("looking at every run"):
        removal = removal_of(unwanted(runs_in(folder), wish, datetime.now(UTC)))
    if not clean_up(removal, dry_run=dry_run, yes=yes):
        raise typer.Exit(1)
