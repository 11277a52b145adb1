"""The experiment stands before --, the command behind it, whatever options the command has."""

import pytest

from experiments.reading.problems import UsageError
from experiments.running.separated import separated


def test_the_command_is_what_stands_behind() -> None:
    typed = ["crosswind", "exec", "my.yaml", "--out", "runs", "--", "pytest", "-x", "--", "tests"]
    words = ["my.yaml", "pytest", "-x", "--", "tests"]
    assert separated(words, typed) == ("my.yaml", ["pytest", "-x", "--", "tests"])
    assert separated(["ls"], ["crosswind", "exec", "--", "ls"]) == ("", ["ls"])


@pytest.mark.parametrize(
    ("words", "typed", "word"),
    [
        (["ls"], ["crosswind", "exec", "ls"], "write -- before the command"),
        (["a"], ["crosswind", "exec", "a", "--"], "no command behind --"),
        (
            ["a", "b", "ls"],
            ["crosswind", "exec", "a", "b", "--", "ls"],
            "one experiment at the most",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    words: list[str], typed: list[str], word: str
) -> None:
    with pytest.raises(UsageError, match=word):
        separated(words, typed)
