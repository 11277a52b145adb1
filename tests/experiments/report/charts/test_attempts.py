from experiments.report.breakers import BreakerStep
from experiments.report.charts.attempts import attempts_chart
from experiments.report.frame import Axis
from experiments.report.series import Bins, Lane
from tests.experiments.report.reading import parsed

LANES = (
    Lane("azure", (5, 5), (0, 5), (BreakerStep(1.0, 2.0, 2, 4),)),
    Lane("vertex", (0, 5), (0, 0)),
)


def test_touched_attempts_are_hatched_and_counted_per_endpoint() -> None:
    drawn = attempts_chart(Axis(2.0), LANES, Bins(0, 1.0, 2), {"azure": "e0", "vertex": "e1"})
    wide = parsed(f"<a>{drawn}</a>")[0]
    words = [text.text for text in wide.iter("text")]
    assert "10 attempts, 5 touched" in words
    assert "5 attempts, 0 touched" in words
    hatched = [p for p in wide.iter("path") if "url(#e0-touched-wide)" in (p.get("fill") or "")]
    assert [path.get("d", "").count("M") for path in hatched] == [1]


def test_an_open_breaker_is_a_strip_that_says_in_how_many_clients() -> None:
    drawn = attempts_chart(Axis(2.0), LANES, Bins(0, 1.0, 2), {"azure": "e0", "vertex": "e1"})
    assert "breaker not closed in 2 of 4 clients" in drawn
