"""Who served the traffic: exchanges per second, stacked by serving endpoint, failed on top."""

from collections.abc import Sequence

from markupsafe import Markup

from experiments.report.frame import (
    Axis,
    Canvas,
    Size,
    band_rows,
    bands,
    hatch,
    hovers,
    mark_lines,
    mark_rows,
    phase_row,
    picture,
    time_axis,
    value_axis,
)
from experiments.report.scales import Linear, nice_above
from experiments.report.series import Bins, Traffic
from experiments.report.svg import boxes, tag
from experiments.report.words import plain

PLOT_HEIGHT = 170.0


def traffic_chart(axis: Axis, traffic: Traffic, colours: dict[str, str]) -> Markup:
    """Return the chart; `colours` is the CSS class of each endpoint."""
    description = (
        "Stacked bars over the run's time: exchanges per second by the endpoint that served them, "
        "failed exchanges on top, fault windows as bands behind. "
        + "; ".join(f"{name} served {sum(counts)}" for name, counts in traffic.served.items())
        + f"; {sum(traffic.failed)} failed."
    )

    def draw(size: Size) -> tuple[float, Sequence[str]]:
        return _draw(Canvas(axis, size), traffic, colours)

    return picture("traffic", "Traffic by serving endpoint", description, draw, axis.sizes)


def _draw(canvas: Canvas, traffic: Traffic, colours: dict[str, str]) -> tuple[float, Sequence[str]]:
    rows_height, rows = band_rows(canvas, 22.0)
    marks_height, marks = mark_rows(canvas, 24.0 + rows_height)
    top = 30.0 + rows_height + marks_height
    bottom = top + PLOT_HEIGHT
    highest = max(traffic.total, default=0) / traffic.bins.width_s
    y = Linear(0.0, nice_above(highest, 1.0), bottom, top)
    parts = (
        hatch(f"traffic-hatch-{canvas.size.name}", "failed-stripe"),
        phase_row(canvas, 2.0),
        rows,
        marks,
        bands(canvas, 22.0, bottom),
        value_axis(canvas, y, plain),
        *_stacks(canvas, traffic, colours, y),
        mark_lines(canvas, 24.0 + rows_height + marks_height, bottom),
        time_axis(canvas, bottom),
        hovers(canvas, edges(traffic.bins, canvas.axis.end_s), _told(traffic), y),
    )
    return bottom + 22.0, parts


def _stacks(canvas: Canvas, traffic: Traffic, colours: dict[str, str], y: Linear) -> list[Markup]:
    below = [0.0] * traffic.bins.count
    layers: list[Markup] = []
    for name, counts in traffic.served.items():
        path = bars(canvas, traffic.bins, below, counts, y)
        layers.append(tag("path", d=path, class_=f"{colours[name]} fill"))
        below = [low + count for low, count in zip(below, counts, strict=True)]
    failed = bars(canvas, traffic.bins, below, traffic.failed, y)
    fill = f"url(#traffic-hatch-{canvas.size.name})"
    return [*layers, tag("path", d=failed, fill=fill, class_="failed-outline")]


def bars(
    canvas: Canvas,
    bins: Bins,
    below: Sequence[float],
    counts: Sequence[int],
    y: Linear,
) -> str:
    """Return path data of one layer of bars, as rates per second, standing on `below`."""
    x = canvas.x
    parts: list[tuple[float, float, float, float]] = []
    for (left_s, right_s), low, count in zip(
        edges(bins, canvas.axis.end_s), below, counts, strict=True
    ):
        left, right = x.at(left_s), x.at(right_s)
        top, bottom = y.at((low + count) / bins.width_s), y.at(low / bins.width_s)
        gap = 1.0 if right - left > 4 else 0.0
        parts.append((left + gap / 2, top, right - left - gap, bottom - top))
    return boxes(parts)


def edges(bins: Bins, end_s: float) -> list[tuple[float, float]]:
    """Return the left and right edge of each bin, seconds; the last one ends with the run."""
    lefts = [bins.left_s(index) for index in range(bins.count)]
    return [(left, min(left + bins.width_s, max(end_s, left))) for left in lefts]


def _told(traffic: Traffic) -> list[str]:
    lines: list[str] = []
    for index in range(traffic.bins.count):
        who = [f"{name}: {counts[index]}" for name, counts in traffic.served.items()]
        at = f"{traffic.bins.left_s(index):g} s to {traffic.bins.left_s(index + 1):g} s"
        lines.append(f"{at}\n" + "\n".join([*who, f"failed: {traffic.failed[index]}"]))
    return lines
