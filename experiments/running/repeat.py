"""`run --repeat`: a series of runs, each with the next seed, and what the series adds up to."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from experiments import terminal
from experiments.judging.conclude import Conclusion
from experiments.judging.verdict import ExitCode, Inconclusive

STOPPING = (ExitCode.ABORTED, ExitCode.FAULTS_NOT_REMOVED)
"""After these no further run begins: somebody or something wanted it to end, or faults are left."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a series; `exit_code` is the caller's, `--inconclusive` applied.

    `end_asked`: somebody wants no further run, though this one may be whole.
    """

    seed: int
    folder: Path
    conclusion: Conclusion
    exit_code: int
    end_asked: bool = False


def code_for(conclusion: Conclusion, inconclusive: Inconclusive) -> int:
    """Return how to exit after a run: its own code, but 0 for 4 where that shall pass."""
    code = conclusion.exit_code
    passes = code == ExitCode.INCONCLUSIVE and inconclusive is Inconclusive.PASS
    return int(ExitCode.PASS if passes else code)


def series(seeds: Iterable[int], rehearse: Callable[[int], Ended]) -> tuple[Ended, ...]:
    """Rehearse with one seed after the other; an aborted run ends the series."""
    ended: list[Ended] = []
    for seed in seeds:
        ended.append(rehearse(seed))
        if ended[-1].end_asked or ended[-1].conclusion.exit_code in STOPPING:
            break
    return tuple(ended)


def worst_code(ended: Sequence[Ended], planned: int) -> int:
    """Return the code of the run that outranks the others: 6 > 5 > 4 invalid > 3 > 4 unknown > 0.

    That is the precedence within a run; no runs are no pass, and a series of fewer runs than were
    `planned` was aborted.
    """
    worst = max(ended, key=_rank, default=None)
    if worst is None:
        return int(ExitCode.INCONCLUSIVE)
    cut_short = len(ended) < planned
    return max(worst.exit_code, ExitCode.ABORTED) if cut_short else worst.exit_code


def print_series(ended: Sequence[Ended], planned: int) -> None:
    """Print a row per run if there were to be several, and every exit code that was forgiven."""
    if planned > 1:
        columns = ("seed", "verdict", "exit", "because", "run folder")
        terminal.table(f"\n{len(ended)} of {planned} runs", columns, summary_rows(ended))
    forgiven = sum(each.exit_code != each.conclusion.exit_code for each in ended)
    if forgiven:
        runs = "1 run that proves" if forgiven == 1 else f"{forgiven} runs that prove"
        terminal.say(f"--inconclusive pass: exit 0 for {runs} nothing (exit 4)")


def summary_rows(ended: Sequence[Ended]) -> list[tuple[object, ...]]:
    """Return a row per run: seed, verdict, exit code, what decided it, folder."""
    return [
        (e.seed, e.conclusion.judgement.verdict.value, e.conclusion.exit_code, _why(e), e.folder)
        for e in ended
    ]


def _rank(ended: Ended) -> int:
    code = ended.exit_code
    if code != ExitCode.INCONCLUSIVE:
        return {ExitCode.PASS: 0, ExitCode.FAIL: 2}.get(ExitCode(code), code)
    return 3 if ended.conclusion.judgement.invalid else 1


def _why(ended: Ended) -> str:
    judgement = ended.conclusion.judgement
    deciding = [f.gate for f in judgement.findings if f.verdict.value == "fail"]
    unknown = [f.gate for f in judgement.findings if f.verdict.value == "unknown"]
    first = (judgement.aborted, *judgement.invalid[:1], ", ".join(deciding), ", ".join(unknown))
    return next(filter(None, first), "")
