import re

from experiments.report.charts.traffic import bars, edges, traffic_chart
from experiments.report.frame import SIZES, Axis, Canvas, Size
from experiments.report.scales import Linear
from experiments.report.series import Bins, Traffic
from tests.experiments.report.reading import parsed

BINS = Bins(0, 1.0, 3)
TRAFFIC = Traffic(BINS, {"azure": (4, 0, 2), "vertex": (0, 3, 2)}, (0, 1, 0))
COLOURS = {"azure": "e0", "vertex": "e1"}


def test_bars_stand_on_what_is_below_them_and_are_as_high_as_their_rate() -> None:
    canvas = Canvas(Axis(3.0), Size("wide", 300.0, left=0.0, right=0.0))
    path = bars(canvas, BINS, (0, 2, 0), (5, 5, 0), Linear(0, 10, 100, 0))
    assert path == "M0.5 50h99v50h-99zM100.5 30h99v50h-99z"


def test_the_last_bin_ends_with_the_run() -> None:
    assert edges(BINS, 2.5) == [(0.0, 1.0), (1.0, 2.0), (2.0, 2.5)]


def test_every_endpoint_has_a_layer_and_the_words_carry_the_totals() -> None:
    roots = list(parsed(f"<a>{traffic_chart(Axis(3.0), TRAFFIC, COLOURS)}</a>"))
    assert len(roots) == len(SIZES)
    for root in roots:
        classes = [path.get("class") for path in root.iter("path")]
        assert classes == ["e0 fill", "e1 fill", "failed-outline"]
        assert "azure served 6; vertex served 5; 1 failed" in (root.findtext("desc") or "")


def test_hovering_a_bin_tells_its_numbers() -> None:
    drawn = str(traffic_chart(Axis(3.0), TRAFFIC, COLOURS))
    told = re.findall(r"<title>([^<]*)</title>", drawn)
    assert told[1] == "1 s to 2 s\nazure: 0\nvertex: 3\nfailed: 1"
