"""The share of exchanges that failed for the user, per bin."""

from collections.abc import Sequence

from markupsafe import Markup

from experiments.report.charts.traffic import edges
from experiments.report.frame import (
    Axis,
    Canvas,
    Size,
    bands,
    hovers,
    mark_lines,
    picture,
    time_axis,
    value_axis,
)
from experiments.report.scales import Linear, nice_above
from experiments.report.series import Traffic
from experiments.report.svg import boxes, tag, text
from experiments.report.words import plain, sharing

PLOT_HEIGHT = 74.0
LEAST_TOP_PERCENT = 4.0


def errors_chart(axis: Axis, traffic: Traffic) -> Markup:
    """Return the chart: percent of each bin's exchanges that did not succeed."""
    failed, total = sum(traffic.failed), sum(traffic.total)
    description = (
        f"Bars over the run's time: failed exchanges in percent. {sharing(failed, total)}."
    )

    def draw(size: Size) -> tuple[float, Sequence[str]]:
        return _draw(Canvas(axis, size), traffic)

    return picture("errors", "Failed exchanges", description, draw, axis.sizes)


def _draw(canvas: Canvas, traffic: Traffic) -> tuple[float, Sequence[str]]:
    top, bottom = 8.0, 8.0 + PLOT_HEIGHT
    percents = [100 * (part or 0.0) for part in traffic.error_share]
    highest = min(100.0, nice_above(max(percents, default=0.0), LEAST_TOP_PERCENT))
    y = Linear(0.0, highest, bottom, top, steps=3)
    x = canvas.x
    columns = edges(traffic.bins, canvas.axis.end_s)
    path = boxes(
        (x.at(left), y.at(value), x.at(right) - x.at(left), bottom - y.at(value))
        for (left, right), value in zip(columns, percents, strict=True)
    )
    parts = (
        bands(canvas, top, bottom),
        value_axis(canvas, y, lambda value: f"{plain(value)} %"),
        tag("path", d=path, class_="failed fill") if path else _none_failed(canvas, traffic, top),
        mark_lines(canvas, top, bottom),
        time_axis(canvas, bottom),
        hovers(canvas, columns, _told(traffic), y),
    )
    return bottom + 22.0, parts


def _none_failed(canvas: Canvas, traffic: Traffic, top: float) -> Markup:
    middle = canvas.size.left + canvas.size.plot / 2
    words = "no exchange failed" if sum(traffic.total) else "no exchange was recorded"
    y = top + PLOT_HEIGHT / 2 + 4
    return text(middle, y, words, class_="quiet-note", text_anchor="middle")


def _told(traffic: Traffic) -> list[str]:
    pairs = enumerate(zip(traffic.failed, traffic.total, strict=True))
    return [
        f"{traffic.bins.left_s(i):g} s: {sharing(failed, total)} failed"
        for i, (failed, total) in pairs
    ]
