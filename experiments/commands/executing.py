"""`exec`: a command of one's own under the proxies."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.arguments import SetOption
from experiments.commands.rehearsing import (
    AllowLiveOption,
    MaxRateOption,
    MaxRequestsOption,
    MaxSpendOption,
    TreatAsLiveOption,
)

WordsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="[EXPERIMENT] -- COMMAND...",
        help="An experiment, if any; then -- and the command with its arguments.",
    ),
]
OutOption = Annotated[Path, typer.Option("--out", help="Where run folders are made.")]
ExitCodeOption = Annotated[
    str,
    typer.Option("--exit-code", help="Whose exit code is ours: the verdict's, or the command's."),
]


def exec_(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    words: WordsArgument,
    out: OutOption = Path("runs"),
    exit_code: ExitCodeOption = "verdict",
    sets: SetOption = None,
    allow_live: AllowLiveOption = False,  # noqa: FBT002 - how typer declares a switch
    treat_as_live: TreatAsLiveOption = False,  # noqa: FBT002 - as above
    max_requests: MaxRequestsOption = None,
    max_attempts_per_s: MaxRateOption = None,
    max_spend: MaxSpendOption = None,
) -> None:
    """Run a command of your own, and judge what it did.

    Stand-ins and proxies are up while it runs; the variables that the official SDKs read
    (OPENAI_BASE_URL, AZURE_OPENAI_ENDPOINT, GOOGLE_VERTEX_BASE_URL, keys and the rest, and
    CROSSWIND_<ENDPOINT>_URL) name the proxies. Faults count from the command's start, and all
    traffic is faulted. It is judged by what it did on the wire: retries, failures, and answers
    that it took for a success and were none. Exits as `run` does.

    For example:

      crosswind exec -- pytest tests/

      crosswind exec my.yaml -- python ask.py
    """
    from experiments import github, terminal
    from experiments.find import find_experiment
    from experiments.judging.command import ended_words
    from experiments.reading.command import read_for_command
    from experiments.running.execute import execute
    from experiments.running.rails import Permission, check_command_permission, limit_sets
    from experiments.running.separated import separated
    from experiments.summary import print_judgement

    if exit_code not in {"verdict", "command"}:
        raise typer.BadParameter("verdict or command", param_hint="--exit-code")
    name, command = separated(words)
    told = (*(sets or ()), *limit_sets(max_requests, max_attempts_per_s, max_spend))
    experiment = read_for_command(find_experiment(name) if name else None, command, told)
    permission = Permission(allow_live=allow_live, treat_as_live=treat_as_live)
    check_command_permission(experiment, permission)
    folder, conclusion, code = execute(experiment, command, out=out, say=terminal.say)
    print_judgement(conclusion.judgement, unwritten=conclusion.unwritten)
    terminal.say(f"report: {folder / 'report.html'}")
    github.tell(conclusion.judgement, folder)
    ended = "did not run" if code is None else ended_words(code)
    terminal.say(f"the command {ended}; crosswind exits {conclusion.exit_code}")
    asked = exit_code == "command" and code is not None
    # As a shell has it: 128 and the number of the signal.
    own = code if code is None or code >= 0 else 128 - code
    raise typer.Exit(own if asked and own is not None else conclusion.exit_code)
