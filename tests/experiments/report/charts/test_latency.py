import math
import re

from msgspec.structs import replace

from experiments.report.charts.latency import LANE, is_log, latency_chart
from experiments.report.frame import Axis
from experiments.report.series import Bins, Dot, Latency

COLOURS = {"azure": "e0", "vertex": "e1"}


def latency(*values: float, p95: tuple[float | None, ...] = (0.5, 0.5)) -> Latency:
    dots = tuple(Dot(i / 10, v, "azure" if v < math.inf else "") for i, v in enumerate(values))
    return Latency(Bins(0, 1.0, 2), (0.3, 0.3), p95, dots)


def path_of(drawn: str, css_class: str) -> str:
    found = re.search(rf'<path d="([^"]*)" class="{css_class}"', drawn)
    assert found is not None
    return found.group(1)


def test_a_failure_is_a_cross_in_its_own_lane() -> None:
    drawn = str(latency_chart(Axis(2.0), latency(0.3, math.inf), COLOURS))
    assert path_of(drawn, "e0 dots").count("M") == 1
    assert f" {LANE - 3:g}l6 6" in path_of(drawn, "crosses")
    assert "1 failed exchanges" in drawn


def test_a_percentile_that_is_a_failure_runs_through_the_lane() -> None:
    drawn = str(latency_chart(Axis(2.0), latency(0.3, p95=(0.4, math.inf)), COLOURS))
    assert f"V{LANE:g}H" in path_of(drawn, "p95")


def test_a_pool_without_exchanges_breaks_the_line() -> None:
    drawn = str(latency_chart(Axis(2.0), latency(0.3, p95=(None, 0.4)), COLOURS))
    assert path_of(drawn, "p95").count("M") == 1
    drawn = str(latency_chart(Axis(2.0), latency(0.3, p95=(None, None)), COLOURS))
    assert path_of(drawn, "p95") == ""


def test_the_axis_is_logarithmic_only_where_values_spread_far() -> None:
    assert not is_log(latency(0.2, 0.9))
    assert is_log(latency(0.02, 0.9))
    assert not is_log(latency(p95=(None, None)))


def test_nothing_to_draw_is_still_a_chart() -> None:
    nothing = Latency(Bins(0, 1.0, 1), (None,), (None,), ())
    assert latency_chart(Axis(1.0), nothing, COLOURS).count("<svg") == 3


def test_the_stretches_between_percentiles_are_tinted_where_there_is_a_99th() -> None:
    plain = latency(0.3)
    assert "spread" not in str(latency_chart(Axis(2.0), plain, COLOURS))
    drawn = str(latency_chart(Axis(2.0), replace(plain, p99=(0.9, math.inf)), COLOURS))
    assert path_of(drawn, "spread").count("M") == 2
    assert path_of(drawn, "spread outer").count("M") == 2
    assert "p99: a failed exchange" in drawn
