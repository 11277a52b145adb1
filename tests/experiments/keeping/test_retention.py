from datetime import timedelta

import pytest

from experiments.keeping.retention import age, unwanted, wish_of
from experiments.reading.problems import UsageError
from tests.experiments.keeping.some_runs import NOW, found

RUNS = [found(1), found(10, "FAIL"), found(40), found(50, "NONE"), found(60)]


def gone(
    *, keep: int | None = None, older_than: str | None = None, verdicts: tuple[str, ...] = ()
) -> list[int]:
    """Return which of the runs a wish lets go."""
    wish = wish_of(keep, older_than, verdicts)
    return [RUNS.index(run) for run in unwanted(RUNS, wish, NOW)]


def test_the_newest_are_kept() -> None:
    assert gone(keep=2) == [2, 3, 4]
    assert gone(keep=0) == [0, 1, 2, 3, 4]
    assert gone(keep=9) == []


def test_what_is_older_goes() -> None:
    assert gone(older_than="30d") == [2, 3, 4]
    assert gone(older_than="40d") == [3, 4]
    assert gone(older_than="12h") == [0, 1, 2, 3, 4]


def test_number_and_age_must_both_let_it_go() -> None:
    assert gone(keep=3, older_than="5d") == [3, 4]
    assert gone(keep=1, older_than="45d") == [3, 4]


def test_only_the_verdicts_that_were_told_go_and_count() -> None:
    assert gone(keep=1, verdicts=("PASS",)) == [2, 4]
    assert gone(keep=0, verdicts=("fail", "none")) == [1, 3]


def test_what_was_renamed_or_has_no_age_stays() -> None:
    runs = [found(1), found(2, renamed=True), found(3)]
    assert unwanted(runs, wish_of(0, None), NOW) == [runs[0], runs[2]]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30d", timedelta(days=30)),
        ("1.5h", timedelta(hours=1.5)),
        ("2w", timedelta(weeks=2)),
        ("90m", timedelta(minutes=90)),
    ],
)
def test_an_age_is_a_number_and_a_unit(text: str, meant: timedelta) -> None:
    assert age(text) == meant


@pytest.mark.parametrize("text", ["30", "d", "-1d", "30 days", "", "1e3d", "9" * 400 + "d"])
def test_anything_else_is_no_age(text: str) -> None:
    with pytest.raises(UsageError, match="--older-than"):
        age(text)


def test_without_a_criterion_nothing_is_wished() -> None:
    with pytest.raises(UsageError, match="--keep N, --older-than 30d, or both"):
        wish_of(None, None, ("PASS",))


def test_an_unknown_verdict_is_told_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"--verdict PAS: .* did you mean PASS\?"):
        wish_of(1, None, ("PAS",))
