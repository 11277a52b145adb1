from xml.etree import ElementTree as ET

import msgspec
import pytest

from experiments.report.frame import Size
from experiments.view.opened import Opened
from experiments.view.timeline import axis_of, span_of, timeline
from experiments.view.wish import Range
from tests.experiments.report.reading import parsed


def width_of(chart: str) -> float:
    return float(parsed(chart).get("viewBox", "").split()[2])


def test_charts_are_drawn_once_for_the_width_asked(opened: Opened) -> None:
    told = timeline(opened, Range(width=900))
    assert set(told.charts) == {"traffic", "errors", "latency", "attempts"}
    assert {width_of(chart) for chart in told.charts.values()} == {900.0}
    assert told.whole
    msgspec.json.encode(told)


def test_markup_has_no_style_within_which_the_page_would_refuse(opened: Opened) -> None:
    for chart in timeline(opened, Range()).charts.values():
        elements: list[ET.Element] = list(parsed(chart).iter())
        assert not [element for element in elements if "style" in element.attrib]


def test_a_stretch_shows_its_part_of_phases_and_windows(opened: Opened) -> None:
    axis = axis_of(opened, 15.0, 30.0, Size("wide", 900.0))
    assert [(p.name, p.start_s, p.end_s) for p in axis.phases] == [
        ("baseline", 15.0, 20.0),
        ("fault", 20.0, 30.0),
    ]
    assert [(b.start_s, b.end_s) for b in axis.bands] == [(20.0, 30.0)]
    assert axis_of(opened, 1.0, 2.0, Size("wide", 900.0)).bands == ()


@pytest.mark.parametrize(
    ("wanted", "span"),
    [
        (Range(), (0.0, 60.0)),
        (Range(start=20.0), (20.0, 60.0)),
        (Range(start=-5.0, end=500.0), (0.0, 60.0)),
        (Range(start=30.0, end=30.0), (30.0, 30.05)),
        (Range(start=99.0), (59.95, 60.0)),
    ],
)
def test_a_stretch_lies_in_the_run(wanted: Range, span: tuple[float, float]) -> None:
    assert span_of(wanted, 60.0) == pytest.approx(span)
