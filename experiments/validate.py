"""Checks experiment files without running them: `crosswind validate`."""

from collections.abc import Sequence

from experiments import terminal
from experiments.find import find_experiment
from experiments.judging.verdict import ExitCode
from experiments.plan import plan_of
from experiments.planned import remarks
from experiments.reading.problems import UsageError
from experiments.reading.read import read_experiment

USAGE = 2


def validate_all(names: Sequence[str]) -> int:
    """Check every file and say what is wrong with it; returns the worst exit code: 2, 4 or 0."""
    codes = [validate(name) for name in names]
    return USAGE if USAGE in codes else max(codes, default=0)


def validate(name: str) -> int:
    """Check one file: 2 for a wrong one, 4 when it could not be decided, 0 for a good one."""
    try:
        with terminal.meanwhile(f"{name}: planning its load"):
            plan = plan_of(read_experiment(find_experiment(name)))
    except UsageError as error:
        terminal.warn(str(error))
        return USAGE
    for line in remarks(plan):
        terminal.say(f"{name}: {line}")
    if plan.undecidable:
        return ExitCode.INCONCLUSIVE
    terminal.say(f"{name}: ok")
    return 0
