"""`run`, `plan` and `validate`: an experiment, before and while it happens."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from experiments.commands.arguments import (
    ExperimentArgument,
    FormatOption,
    IncidentOption,
    MapOption,
    SeedOption,
    SetOption,
    SpeedOption,
    TraceOption,
    WhatArgument,
)
from experiments.judging.verdict import Inconclusive

if TYPE_CHECKING:
    from experiments.incidents.wish import Wish
    from experiments.reading.overrides import Overrides
    from experiments.running.rails import Permission
    from experiments.running.run import Rehearsed
    from experiments.running.terms import Terms

OutOption = Annotated[Path, typer.Option("--out", help="Where run folders are made.")]
PlainOption = Annotated[
    bool, typer.Option("--plain", help="Lines instead of the live view, on a terminal too.")
]
RepeatOption = Annotated[
    int,
    typer.Option("--repeat", min=1, metavar="N", help="Run N times: with the seed, the next, ..."),
]
InconclusiveOption = Annotated[
    Inconclusive,
    typer.Option(
        "--inconclusive",
        help="How to exit when a run is INCONCLUSIVE: fail (4) or pass (0). No verdict changes.",
    ),
]
AllowLiveOption = Annotated[
    bool, typer.Option("--allow-live", help="Send to endpoints that are not on this machine.")
]
TreatAsLiveOption = Annotated[
    bool,
    typer.Option("--treat-as-live", help="Hold base_url endpoints on this machine for live ones."),
]
MaxRequestsOption = Annotated[
    int | None, typer.Option("--max-requests", min=1, help="limits.max_requests")
]
MaxRateOption = Annotated[
    float | None, typer.Option("--max-attempts-per-s", min=0, help="limits.max_attempts_per_s")
]
MaxSpendOption = Annotated[
    float | None, typer.Option("--max-spend", min=0, help="limits.max_spend")
]
WorkersOption = Annotated[
    int,
    typer.Option("--workers", min=1, metavar="N", help="Share the load among N local processes."),
]
AgainstOption = Annotated[
    Path | None,
    typer.Option(
        "--against",
        metavar="REQUESTS",
        help="JSON, an object a line or in an array: endpoint, at_s, and exchange or the request "
        "itself (method, target, headers, body).",
    ),
]
PLANNING = "reading the experiment and planning its load"

FilesArgument = Annotated[
    list[str], typer.Argument(metavar="EXPERIMENT...", help="YAML files or catalogue names.")
]


def run(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    experiment: WhatArgument = None,
    incident: IncidentOption = None,
    speed: SpeedOption = None,
    maps: MapOption = None,
    out: OutOption = Path("runs"),
    seed: SeedOption = None,
    trace: TraceOption = None,
    sets: SetOption = None,
    plain: PlainOption = False,  # noqa: FBT002 - how typer declares a switch
    repeat: RepeatOption = 1,
    inconclusive: InconclusiveOption = Inconclusive.FAIL,
    workers: WorkersOption = 1,
    allow_live: AllowLiveOption = False,  # noqa: FBT002 - how typer declares a switch
    treat_as_live: TreatAsLiveOption = False,  # noqa: FBT002 - as above
    max_requests: MaxRequestsOption = None,
    max_attempts_per_s: MaxRateOption = None,
    max_spend: MaxSpendOption = None,
) -> None:
    """Rehearse: load, faults, a verdict and a report.

    Exits 0 PASS, 3 a gate failed, 4 INCONCLUSIVE, 5 aborted, 6 faults could not be removed, 2 wrong
    usage; several runs exit as the one that outranks the others. Ctrl-C ends in order: load, then
    faults, then everything else, and no further run begins; twice ends at once.

    For example:

      crosswind run azure-outage

      crosswind run my.yaml --set faults.0.share=0.5 --seed 7

      crosswind run azure-outage --trace AzureLLMInferenceTrace_conv.csv

      crosswind run azure-outage --repeat 5 --out runs/base

      crosswind run --incident gcp-2025-06-12-global-503
    """
    from experiments.incidents.wish import Wish, read_wish
    from experiments.reading.overrides import Overrides
    from experiments.running.rails import Permission, limit_sets
    from experiments.running.repeat import Ended, code_for, print_series, series, worst_code
    from experiments.running.terms import Terms

    limits = limit_sets(max_requests, max_attempts_per_s, max_spend)
    overrides = Overrides(sets=(*(sets or ()), *limits), seed=seed, trace=trace)
    wish = Wish(experiment=experiment, incident=incident, speed=speed, maps=tuple(maps or ()))
    permission = Permission(allow_live=allow_live, treat_as_live=treat_as_live)
    terms = Terms(out=out, workers=workers)
    first = seed
    if first is None:
        first = read_wish(wish, overrides).seed if repeat > 1 else 0

    def rehearsed(number: int) -> Ended:
        seeded = overrides if repeat == 1 else replace(overrides, seed=number)
        done = _rehearsed(wish, seeded, terms, permission, plain=plain)
        return Ended(
            seed=number,
            folder=done.folder,
            conclusion=done.conclusion,
            exit_code=code_for(done.conclusion, inconclusive),
            end_asked=done.end_asked,
        )

    ended = series(range(first, first + repeat), rehearsed)
    print_series(ended, repeat)
    raise typer.Exit(worst_code(ended, repeat))


def _rehearsed(
    wish: "Wish", overrides: "Overrides", terms: "Terms", permission: "Permission", *, plain: bool
) -> "Rehearsed":
    """Run once, and tell of it here and where continuous integration looks."""
    from experiments import github, terminal
    from experiments.incidents.wish import read_wish
    from experiments.plan import plan_of
    from experiments.planned import announce
    from experiments.running.live_view import watching
    from experiments.running.rails import check_permission, check_workers, live_endpoints
    from experiments.running.run import rehearse
    from experiments.summary import print_judgement

    with terminal.meanwhile(PLANNING):
        read = read_wish(wish, overrides)
        planned = plan_of(read)
    announce(planned)
    check_permission(read, permission, planned.attempts_at_most)
    check_workers(read, terms.workers)
    live = live_endpoints(read, permission)
    terms = replace(terms, overrides=overrides.told(), live=live)
    with watching(read, plain=plain) as watcher:
        done = rehearse(read, terms, watcher)
    judgement = done.conclusion.judgement
    print_judgement(judgement, unwritten=done.conclusion.unwritten)
    terminal.say(f"report: {done.folder / 'report.html'}")
    github.tell(judgement, done.folder)
    return done


def plan(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    experiment: WhatArgument = None,
    incident: IncidentOption = None,
    speed: SpeedOption = None,
    maps: MapOption = None,
    seed: SeedOption = None,
    trace: TraceOption = None,
    sets: SetOption = None,
    against: AgainstOption = None,
    style: FormatOption = None,
) -> None:
    """Say what would happen, and touch nothing.

    Prints phases, arrivals, fault windows, and what each gate would rest on. Exits 4 when a
    gate could not be decided, or the run could not count. With --against it says instead which
    of these requests would be hit by which faults, thrown with the same dice.

    For example:

      crosswind plan azure-outage

      crosswind plan my.yaml --set load.poisson.rate_per_s=2

      crosswind plan my.yaml --against requests.jsonl

      crosswind plan --incident azure-2024-07-13-region-by-region --speed 200
    """
    from experiments import terminal
    from experiments.incidents.wish import Wish, check_wish, read_wish
    from experiments.plan import plan_of
    from experiments.planned import print_plan
    from experiments.reading.overrides import Overrides
    from experiments.reading.problems import UsageError

    wish = Wish(experiment=experiment, incident=incident, speed=speed, maps=tuple(maps or ()))
    check_wish(wish)
    overrides = Overrides(sets=tuple(sets or ()), seed=seed, trace=trace)
    if against is not None:
        if experiment is None or incident is not None:
            raise UsageError("--against says which faults of an EXPERIMENT hit; name one")
        from experiments.previewed import dice_of, previewed, show

        show(previewed(dice_of(experiment, overrides), against), style)
        return
    with terminal.meanwhile(PLANNING):
        planned = plan_of(read_wish(wish, overrides))
    print_plan(planned)
    raise typer.Exit(4 if planned.undecidable else 0)


def preflight(
    experiment: ExperimentArgument,
    sets: SetOption = None,
    allow_live: AllowLiveOption = False,  # noqa: FBT002 - how typer declares a switch
    treat_as_live: TreatAsLiveOption = False,  # noqa: FBT002 - as above
) -> None:
    """Ask every endpoint once, and say what a run may cost.

    One cheap request per endpoint through its proxy, and one through the gateway if there is one:
    credentials, deployment, streaming, what is left of quotas, and that the proxies are in the
    path. Prints the most that a run may send. Exits 4 when something is not ready. `run` does the
    same first.

    For example:

      crosswind preflight azure-outage

      crosswind preflight my.yaml --allow-live
    """
    from experiments import terminal
    from experiments.find import find_experiment
    from experiments.reading.overrides import Overrides, read_overridden
    from experiments.running.looked_ahead import look_ahead
    from experiments.running.rails import Permission, check_allowed
    from loadgen.plan import plan as plan_load

    with terminal.meanwhile(PLANNING):
        read = read_overridden(find_experiment(experiment), Overrides(sets=tuple(sets or ())))
        planned = plan_load(read.load, seed=read.seed, duration_s=read.phases.load_s)
    permission = Permission(allow_live=allow_live, treat_as_live=treat_as_live)
    check_allowed(read, permission, "one request each")
    raise typer.Exit(look_ahead(read, planned, permission))


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
