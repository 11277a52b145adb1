"""`run`, `plan` and `validate`: an experiment, before and while it happens."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.arguments import ExperimentArgument, SeedOption, SetOption, TraceOption

OutOption = Annotated[Path, typer.Option("--out", help="Where run folders are made.")]
PlainOption = Annotated[
    bool, typer.Option("--plain", help="Lines instead of the live view, on a terminal too.")
]
PLANNING = "reading the experiment and planning its load"

FilesArgument = Annotated[
    list[str], typer.Argument(metavar="EXPERIMENT...", help="YAML files or catalogue names.")
]


def run(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    experiment: ExperimentArgument,
    out: OutOption = Path("runs"),
    seed: SeedOption = None,
    trace: TraceOption = None,
    sets: SetOption = None,
    plain: PlainOption = False,  # noqa: FBT002 - how typer declares a switch
) -> None:
    """Rehearse: load, faults, a verdict and a report.

    Exits 0 PASS, 3 a gate failed, 4 INCONCLUSIVE, 5 aborted, 6 faults could not be removed, 2 wrong
    usage. Ctrl-C ends in order: load, then faults, then everything else; twice ends at once.

    For example:

      crosswind run azure-outage

      crosswind run my.yaml --set faults.0.share=0.5 --seed 7

      crosswind run azure-outage --trace AzureLLMInferenceTrace_conv.csv
    """
    from experiments import terminal
    from experiments.find import find_experiment
    from experiments.live_view import watching
    from experiments.overrides import Overrides, read_overridden
    from experiments.plan import plan_of
    from experiments.planned import announce
    from experiments.run import rehearse
    from experiments.summary import print_judgement

    overrides = Overrides(sets=tuple(sets or ()), seed=seed, trace=trace)
    with terminal.meanwhile(PLANNING):
        read = read_overridden(find_experiment(experiment), overrides)
        planned = plan_of(read)
    announce(planned)
    with watching(read, plain=plain) as watcher:
        told = overrides.told()
        folder, conclusion = rehearse(read, out=out, overrides=told, watcher=watcher)
    print_judgement(conclusion.judgement, unwritten=conclusion.unwritten)
    terminal.say(f"report: {folder / 'report.html'}")
    raise typer.Exit(conclusion.exit_code)


def plan(
    experiment: ExperimentArgument,
    seed: SeedOption = None,
    trace: TraceOption = None,
    sets: SetOption = None,
) -> None:
    """Say what would happen, and touch nothing.

    Prints phases, arrivals, fault windows, and what each gate would rest on. Exits 4 when a
    gate could not be decided, or the run could not count.

    For example:

      crosswind plan azure-outage

      crosswind plan my.yaml --set load.poisson.rate_per_s=2
    """
    from experiments import terminal
    from experiments.find import find_experiment
    from experiments.overrides import Overrides, read_overridden
    from experiments.plan import plan_of
    from experiments.planned import print_plan

    overrides = Overrides(sets=tuple(sets or ()), seed=seed, trace=trace)
    with terminal.meanwhile(PLANNING):
        planned = plan_of(read_overridden(find_experiment(experiment), overrides))
    print_plan(planned)
    raise typer.Exit(4 if planned.undecidable else 0)


def validate(files: FilesArgument) -> None:
    """Check experiment files without running them.

    Tells every problem at once, with its line, its path and the nearest right word. Exits 2
    when a file is wrong, 4 when a gate could not be decided, else 0.

    For example:

      crosswind validate my.yaml

      crosswind validate experiments/*.yaml
    """
    from experiments.validate import validate_all

    raise typer.Exit(validate_all(files))
