"""What the kill switch achieved."""

from pathlib import Path

import pytest

from experiments.running.killed import Answer, kill_everything, told


def test_an_injector_without_faults_is_done_and_a_silent_one_is_not() -> None:
    assert Answer(pid=1, faults_left=0).done
    assert not Answer(pid=1, faults_left=2).done
    assert not Answer(pid=1, error="timed out").done


def test_each_answer_is_told_in_a_line() -> None:
    assert told(Answer(pid=7, faults_left=0)) == "injector 7: 0 faults left"
    assert told(Answer(pid="7", error="timed out")) == "injector 7: no answer: timed out"


def test_where_nobody_listens_nobody_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert kill_everything() == []
