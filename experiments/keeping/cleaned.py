"""Says which runs go and what that frees, asks where it must, and lets them go."""

import sys

from experiments import terminal
from experiments.keeping.found import FoundRun
from experiments.keeping.listed import bytes_words
from experiments.keeping.removal import Removal, remove
from experiments.reading.problems import UsageError
from experiments.report.words import count


def clean_up(removal: Removal, *, dry_run: bool, yes: bool) -> bool:
    """Let runs go; False when one that should is still there.

    Raises UsageError where nobody was asked and nobody said yes: nothing is gone then.
    """
    for run, reason in removal.staying:
        terminal.say(f"stays    {run.name}: {reason}")
    for run in removal.going:
        terminal.say(f"{'would go' if dry_run else 'to go   '} {told(run)}")
    sum_ = f"{count(len(removal.going), 'run')}, {bytes_words(removal.size)}"
    if dry_run or not removal.going:
        terminal.say(f"{sum_} would be freed" if dry_run else "nothing to remove")
        return True
    if not (yes or _agreed(f"remove {sum_}?")):
        terminal.say("nothing was removed")
        return True
    return _removed(removal)


def told(run: FoundRun) -> str:
    """Return a run on one line: its name, its verdict and its size."""
    return f"{run.name}  {run.verdict}  {bytes_words(run.size)}"


def _agreed(question: str) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("clean: nothing was removed; without a terminal to ask, say --yes")
    return terminal.console().input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _removed(removal: Removal) -> bool:
    gone = freed = 0
    for run in removal.going:
        if reason := remove(run):
            terminal.warn(f"{run.name} could not be removed: {reason}")
            continue
        gone, freed = gone + 1, freed + run.size
    terminal.say(f"removed {count(gone, 'run')}, {bytes_words(freed)} freed")
    return gone == len(removal.going)
