"""Time to first token: a dot per exchange, the median and 95th percentile; failures stay visible.

What failed has no time to first token: it is drawn in a lane of its own above the axis, and a
percentile that is a failure runs through that lane instead of vanishing.
"""

import math
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
from experiments.report.scales import Linear, Log, Scale, nice_above
from experiments.report.series import Bins, Dot, Latency
from experiments.report.svg import boxes, group, line, number, tag, text
from experiments.report.words import amount, duration

PLOT_HEIGHT = 190.0
LANE = 15.0
TOP = 32.0
LOG_ABOVE_RATIO = 25.0


def latency_chart(axis: Axis, latency: Latency, colours: dict[str, str]) -> Markup:
    """Return the chart; the axis is logarithmic when the slowest took 25 times the fastest."""
    failed = sum(math.isinf(dot.value_s) for dot in latency.dots)
    description = (
        "Time to first token over the run's time, from the planned start. "
        f"{failed} failed exchanges are shown in a lane above the axis."
    )

    def draw(size: Size) -> tuple[float, Sequence[str]]:
        return _draw(Canvas(axis, size), latency, colours)

    return picture("latency", "Time to first token", description, draw, axis.sizes)


def is_log(latency: Latency) -> bool:
    """Tell whether the values spread too far for an even axis."""
    values = [value for value in latency.finite if value > 0]
    return bool(values) and max(values) / min(values) > LOG_ABOVE_RATIO


def _draw(canvas: Canvas, latency: Latency, colours: dict[str, str]) -> tuple[float, Sequence[str]]:
    bottom = TOP + PLOT_HEIGHT
    y = _scale(latency, bottom, TOP)
    p50, p95 = (_steps(canvas, latency.bins, values, y) for values in (latency.p50, latency.p95))
    columns = edges(latency.bins, canvas.axis.end_s)
    parts = (
        bands(canvas, 4.0, bottom),
        _failed_lane(canvas, any_failed=any(math.isinf(dot.value_s) for dot in latency.dots)),
        value_axis(canvas, y, duration),
        *_spreads(canvas, latency, y),
        *_dots(canvas, latency.dots, colours, y),
        tag("path", d=p50, class_="halo"),
        tag("path", d=p50, class_="p50"),
        tag("path", d=p95, class_="p95"),
        mark_lines(canvas, 4.0, bottom),
        time_axis(canvas, bottom),
        hovers(canvas, columns, _told(latency), Linear(0, 1, bottom, 4.0)),
    )
    return bottom + 22.0, parts


def _scale(latency: Latency, bottom: float, top: float) -> Scale:
    highest = max(latency.finite, default=1.0)
    if is_log(latency):
        lowest = min(value for value in latency.finite if value > 0)
        return Log(lowest / 1.2, highest * 1.2, bottom, top)
    return Linear(0.0, nice_above(highest, 0.01), bottom, top)


def _failed_lane(canvas: Canvas, *, any_failed: bool) -> Markup:
    left, right = canvas.x.start + 7, canvas.x.end - 7
    css = "failed-lane" if any_failed else "failed-lane quiet"
    return group(
        (
            line(left, LANE, right, LANE, class_=css),
            text(canvas.x.start - 6, LANE + 4, "failed", class_="tick", text_anchor="end"),
        )
    )


def _height(y: Scale, value: float) -> float:
    return LANE if math.isinf(value) else y.at(value)


def _dots(canvas: Canvas, dots: Sequence[Dot], colours: dict[str, str], y: Scale) -> list[Markup]:
    """Return one path per endpoint; dots on the same half pixel are drawn once."""
    places: dict[str, set[tuple[float, float]]] = {}
    for dot in dots:
        place = (round(canvas.x.at(dot.at_s) * 2) / 2, round(_height(y, dot.value_s) * 2) / 2)
        css = "failed" if math.isinf(dot.value_s) else colours.get(dot.endpoint, "other")
        places.setdefault(css, set()).add(place)
    failed = places.pop("failed", set())
    drawn = [tag("path", d=_points(at), class_=f"{css} dots") for css, at in places.items()]
    crosses = "".join(f"M{number(a - 3)} {number(b - 3)}l6 6m0 -6l-6 6" for a, b in sorted(failed))
    return [*drawn, tag("path", d=crosses, class_="crosses")] if crosses else drawn


def _points(places: set[tuple[float, float]]) -> str:
    return "".join(f"M{number(x)} {number(y)}h0" for x, y in sorted(places))


def _steps(canvas: Canvas, bins: Bins, values: Sequence[float | None], y: Scale) -> str:
    """Return path data: level within a pool, broken where a pool holds nothing."""
    x = canvas.x
    commands: list[str] = []
    pen_down = False
    for (left, right), value in zip(edges(bins, canvas.axis.end_s), values, strict=True):
        if value is not None:
            at = number(_height(y, value))
            commands.append(f"V{at}" if pen_down else f"M{number(x.at(left))} {at}")
            commands.append(f"H{number(x.at(right))}")
        pen_down = value is not None
    return "".join(commands)


def _spreads(canvas: Canvas, latency: Latency, y: Scale) -> list[Markup]:
    """Return the tinted stretches from p50 to p95 and on to p99, and the line of p99."""
    if not latency.p99:
        return []
    pairs = ((latency.p95, latency.p99, "spread outer"), (latency.p50, latency.p95, "spread"))
    areas = [
        tag("path", d=_area(canvas, latency.bins, low, high, y), class_=css)
        for low, high, css in pairs
    ]
    return [*areas, tag("path", d=_steps(canvas, latency.bins, latency.p99, y), class_="p99")]


def _area(
    canvas: Canvas,
    bins: Bins,
    low: Sequence[float | None],
    high: Sequence[float | None],
    y: Scale,
) -> str:
    """Return path data of a box per pool, between two percentiles."""
    x = canvas.x
    columns = zip(edges(bins, canvas.axis.end_s), low, high, strict=True)
    return boxes(
        (x.at(left), _height(y, b), x.at(right) - x.at(left), _height(y, a) - _height(y, b))
        for (left, right), a, b in columns
        if a is not None and b is not None
    )


def _told(latency: Latency) -> list[str]:
    named = {"p50": latency.p50, "p95": latency.p95}
    if latency.p99:
        named["p99"] = latency.p99
    return [
        f"{latency.bins.left_s(i):g} s to {latency.bins.left_s(i + 1):g} s\n"
        + "\n".join(f"{name}: {_figure(values[i])}" for name, values in named.items())
        for i in range(latency.bins.count)
    ]


def _figure(value: float | None) -> str:
    if value is None:
        return "no exchange"
    return "a failed exchange" if math.isinf(value) else amount(value, "s")
