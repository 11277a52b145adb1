import json
import math

import pytest

from experiments.comparing.compare_shown import comparison_json, print_comparison, row_cells
from experiments.comparing.compare_sides import Answer, Comparison, Row, refused

NEVER = Row(
    metric="failover_time", unit="s", answer=Answer.WORSE, base=1.0, new=math.inf,
    effect=math.inf, low=0.5, high=math.inf, confidence=0.9375, p=1 / 32,
    differences=(0.5, math.inf),
)  # fmt: skip
UNKNOWN = Row(metric="flaps", unit="changes", answer=Answer.CANNOT_TELL, reason="too short")


def test_a_row_says_both_sides_the_difference_its_interval_and_how_sure_it_is() -> None:
    assert row_cells(NEVER) == (
        "worse", "failover_time", "1 s", "never", "+infinite", "+0.5 s to +infinite (93.8%)",
        "0.0312", "",
    )  # fmt: skip


def test_an_unknown_row_says_why() -> None:
    assert row_cells(UNKNOWN) == (
        "cannot tell", "flaps", "unknown", "unknown", "unknown", "", "", "too short",
    )  # fmt: skip


def test_the_json_says_infinity_as_a_word_and_reads_back() -> None:
    one = Comparison(
        answer=Answer.WORSE, exit_code=3, alpha=1 / 32, test="t", rows=(NEVER, UNKNOWN)
    )
    told = json.loads(comparison_json(one))
    assert (told["answer"], told["exit_code"], told["alpha"]) == ("worse", 3, 0.03125)
    assert told["rows"][0]["differences"] == [0.5, "inf"]
    assert told["rows"][1]["p"] is None


def test_the_answer_is_printed_with_its_code_and_its_reasons(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_comparison(refused("different experiments"))
    said = capsys.readouterr().out
    assert "cannot tell: different experiments\n" in said
    assert "CANNOT TELL (exit 4)" in said
    assert "at most 1 in 32" in said
