"""`crosswind` as a person types it, in this process."""

import sys
from typing import NamedTuple

import pytest

from experiments import terminal
from experiments.cli import main


class Said(NamedTuple):
    """How a command ended and what it printed."""

    code: object
    out: str
    err: str


class Crosswind:
    """Runs commands, one after the other."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        # On a busy host anything may take so long that a command says what it is doing.
        monkeypatch.setattr(terminal, "PATIENCE_S", 600.0)
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: object) -> Said:
        self._monkeypatch.setattr(sys, "argv", ["crosswind", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Said(ended.value.code, *self._capsys.readouterr())
