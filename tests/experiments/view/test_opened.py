import shutil
from pathlib import Path

import pytest

from experiments.judging.verdict import Verdict
from experiments.reading.problems import UsageError
from experiments.view.opened import Opened, open_run, read_judgement
from telemetry.run_folder import RunFolder


def test_the_verdict_is_the_one_that_was_written(opened: Opened) -> None:
    assert opened.judgement is not None
    assert opened.judgement.findings
    assert {f.gate for f in opened.judgement.findings} >= set(opened.experiment.gates)
    assert opened.note == ""


def test_a_run_that_was_not_judged_is_shown_all_the_same(viewed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(viewed, tmp_path / viewed.name)
    (folder / "verdict.json").unlink()
    again = open_run(folder, lambda _words: None)
    assert again.judgement is None
    assert len(again.by_number) > 0
    again.shelf.close()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"verdict": "GOOD", "exit_code": 0}'])
def test_a_verdict_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "verdict.json").write_text(text)
    assert read_judgement(RunFolder(tmp_path)) is None


def test_a_figure_that_never_happened_is_read(tmp_path: Path) -> None:
    finding = (
        '{"gate": "failover_time <= 5 s", "verdict": "fail", "observed": "inf", "limit": 5, '
        '"samples": 1, "reason": ""}'
    )
    text = f'{{"verdict": "FAIL", "exit_code": 3, "findings": [{finding}]}}'
    (tmp_path / "verdict.json").write_text(text)
    judgement = read_judgement(RunFolder(tmp_path))
    assert judgement is not None
    assert judgement.verdict is Verdict.FAIL
    assert judgement.findings[0].observed == float("inf")


def test_what_is_no_run_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run folder"):
        open_run(tmp_path, lambda _words: None)


def test_what_takes_long_is_said(viewed: Path) -> None:
    said: list[str] = []
    open_run(viewed, said.append).shelf.close()
    assert said[0] == "reading the rows"
    assert "exchanges into tables" in said[1]
