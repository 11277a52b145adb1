"""Which words of `exec` name an experiment and which are the command. Pure.

The line is read as it was typed: `--` stands before the command, and click leaves it out.
"""

import sys
from collections.abc import Sequence

from experiments.reading.problems import UsageError

SEPARATOR = "--"


def separated(words: Sequence[str], typed: Sequence[str] | None = None) -> tuple[str, list[str]]:
    """Return the experiment, empty for none, and the command; raises UsageError.

    `typed` is the whole command line.
    """
    line = list(sys.argv if typed is None else typed)
    if SEPARATOR not in line:
        raise UsageError("exec: write -- before the command: crosswind exec -- pytest tests/")
    command = line[line.index(SEPARATOR) + 1 :]
    before = list(words[: len(words) - len(command)])
    if not command:
        raise UsageError("exec: no command behind --")
    if len(before) > 1:
        raise UsageError(f"exec: one experiment at the most before --, got {', '.join(before)}")
    return (before[0] if before else ""), command
