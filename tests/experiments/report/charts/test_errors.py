import re

from experiments.report.charts.errors import errors_chart
from experiments.report.frame import Axis
from experiments.report.series import Bins, Traffic

BINS = Bins(0, 1.0, 2)


def test_a_bin_in_which_all_failed_reaches_the_top() -> None:
    drawn = str(errors_chart(Axis(2.0), Traffic(BINS, {"azure": (0, 4)}, (4, 0))))
    path = re.search(r'd="M[\d.]+ ([\d.]+)h[\d.]+v([\d.]+)', drawn)
    assert path is not None
    assert [float(part) for part in path.groups()] == [8.0, 74.0]
    assert "4 of 8 (50 %)" in drawn


def test_no_failure_is_said_not_left_blank() -> None:
    assert "no exchange failed" in errors_chart(Axis(2.0), Traffic(BINS, {"azure": (1, 1)}, (0, 0)))


def test_no_data_is_not_called_success() -> None:
    drawn = errors_chart(Axis(2.0), Traffic(BINS, {"azure": (0, 0)}, (0, 0)))
    assert "no exchange was recorded" in drawn
    assert "no exchange failed" not in drawn
