from pathlib import Path

import pytest
from msgspec.structs import replace

from experiments.judging.conclude import Conclusion
from experiments.judging.verdict import ExitCode, Finding, Inconclusive, Judgement, Ruling, Verdict
from experiments.running.repeat import (
    Ended,
    code_for,
    print_series,
    series,
    summary_rows,
    worst_code,
)

VERDICTS = {0: Verdict.PASS, 3: Verdict.FAIL, 4: Verdict.INCONCLUSIVE, 5: Verdict.ABORTED,
            6: Verdict.ABORTED}  # fmt: skip
FAILED = Finding(
    gate="flaps <= 0", verdict=Ruling.FAIL, observed=1.0, limit=0.0, samples=9, reason=""
)


def conclusion(code: int, *, invalid: bool = False) -> Conclusion:
    judgement = Judgement(
        verdict=VERDICTS[code],
        exit_code=code,
        invalid=("rows were lost",) if invalid else (),
        findings=(FAILED,) if code == 3 else (),
    )
    return Conclusion(judgement)


def ended(
    code: int,
    seed: int = 1,
    *,
    invalid: bool = False,
    inconclusive: Inconclusive = Inconclusive.FAIL,
) -> Ended:
    found = conclusion(code, invalid=invalid)
    return Ended(
        seed=seed, folder=Path("r"), conclusion=found, exit_code=code_for(found, inconclusive)
    )


def test_every_seed_is_run_in_turn() -> None:
    assert [one.seed for one in series(range(7, 10), lambda seed: ended(3, seed))] == [7, 8, 9]


@pytest.mark.parametrize("code", [5, 6])
def test_an_aborted_run_or_a_fault_that_is_left_ends_the_series(code: int) -> None:
    codes = {1: 4, 2: code, 3: 0}
    found = series(codes, lambda seed: ended(codes[seed], seed))
    assert [one.seed for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("runs", "worst"),
    [
        ([ended(0), ended(0)], 0),
        ([ended(0), ended(4)], 4),
        ([ended(4), ended(3), ended(0)], 3),
        ([ended(3), ended(4, invalid=True)], 4),
        ([ended(4, invalid=True), ended(5)], 5),
        ([ended(5), ended(6)], 6),
        ([], 4),
    ],
)
def test_the_series_exits_as_the_run_that_outranks_the_others(
    runs: list[Ended], worst: int
) -> None:
    assert worst_code(runs, len(runs)) == worst
    assert worst_code(runs[::-1], len(runs)) == worst


def test_only_an_inconclusive_run_can_be_let_pass_and_keeps_its_verdict() -> None:
    forgiven = ended(4, invalid=True, inconclusive=Inconclusive.PASS)
    assert forgiven.exit_code == 0
    assert forgiven.conclusion.judgement.verdict is Verdict.INCONCLUSIVE
    assert forgiven.conclusion.judgement.exit_code == ExitCode.INCONCLUSIVE
    for code in (0, 3, 5, 6):
        assert ended(code, inconclusive=Inconclusive.PASS).exit_code == code


def test_a_forgiven_run_does_not_hide_a_failed_one() -> None:
    forgiven = ended(4, invalid=True, inconclusive=Inconclusive.PASS)
    assert worst_code([forgiven, ended(3, inconclusive=Inconclusive.PASS)], 2) == 3


@pytest.mark.parametrize(("code", "worst"), [(0, 5), (3, 5), (4, 5), (6, 6)])
def test_a_series_that_somebody_ended_early_was_aborted(code: int, worst: int) -> None:
    found = series([1, 2], lambda seed: replace(ended(code, seed), end_asked=True))
    assert [one.seed for one in found] == [1]
    assert worst_code(found, 2) == worst
    assert worst_code(found, 1) == code


def test_the_summary_has_a_row_per_run_with_what_decided_it() -> None:
    rows = summary_rows([ended(3, 8), ended(4, 9, invalid=True)])
    assert rows[0][:4] == (8, "FAIL", 3, "flaps <= 0")
    assert rows[1][:4] == (9, "INCONCLUSIVE", 4, "rows were lost")


def test_what_was_forgiven_and_what_was_not_run_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_series([ended(4, inconclusive=Inconclusive.PASS), ended(5)], 3)
    said = capsys.readouterr().out
    assert "2 of 3 runs" in said
    assert "exit 0 for 1 run that proves nothing (exit 4)" in said


def test_a_single_run_needs_no_summary(capsys: pytest.CaptureFixture[str]) -> None:
    print_series([ended(3)], 1)
    assert capsys.readouterr().out == ""
