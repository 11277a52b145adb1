"""Attempts per second at each endpoint, touched ones hatched: a missing breaker shows at once."""

from collections.abc import Sequence

from markupsafe import Markup

from experiments.report.breakers import BreakerStep
from experiments.report.charts.traffic import bars, edges
from experiments.report.frame import (
    Axis,
    Canvas,
    Size,
    bands,
    hatch,
    hovers,
    mark_lines,
    picture,
    time_axis,
    value_axis,
)
from experiments.report.scales import Linear, nice_above
from experiments.report.series import Bins, Lane
from experiments.report.svg import group, rect, tag, text
from experiments.report.words import count, plain

LANE_HEIGHT = 62.0
BREAKER_HEIGHT = 7.0
GAP = 26.0


def attempts_chart(
    axis: Axis, lanes: Sequence[Lane], bins: Bins, colours: dict[str, str]
) -> Markup:
    """Return the chart: one row per endpoint, all on the same scale."""
    description = "Attempts per second, one row per endpoint. " + "; ".join(
        f"{lane.endpoint}: {count(sum(lane.attempts), 'attempt')}, "
        f"{sum(lane.touched)} touched by a fault"
        for lane in lanes
    )

    def draw(size: Size) -> tuple[float, Sequence[str]]:
        return _draw(Canvas(axis, size), lanes, bins, colours)

    return picture("attempts", "Attempts by endpoint", description, draw, axis.sizes)


def _draw(
    canvas: Canvas, lanes: Sequence[Lane], bins: Bins, colours: dict[str, str]
) -> tuple[float, Sequence[str]]:
    highest = max((max(lane.attempts, default=0) for lane in lanes), default=0) / bins.width_s
    scale_top = nice_above(highest, 1.0)
    parts: list[str] = []
    top = 22.0
    for lane in lanes:
        y = Linear(0.0, scale_top, top + LANE_HEIGHT, top, steps=2)
        parts.extend(_lane(canvas, lane, bins, colours[lane.endpoint], y))
        top += LANE_HEIGHT + BREAKER_HEIGHT + GAP
    bottom = top - GAP + 2
    return bottom + 22.0, [*parts, time_axis(canvas, bottom)]


def _lane(canvas: Canvas, lane: Lane, bins: Bins, css: str, y: Linear) -> list[Markup]:
    top, bottom = y.end, y.start
    key = f"{css}-touched-{canvas.size.name}"
    clean = [sent - touched for sent, touched in zip(lane.attempts, lane.touched, strict=True)]
    none_below = [0.0] * bins.count
    touched = bars(canvas, bins, clean, lane.touched, y)
    return [
        hatch(key, f"{css}-stripe"),
        text(canvas.x.start, top - 7, lane.endpoint, class_="lane-name"),
        text(canvas.x.end, top - 7, _sum(lane), class_="tick", text_anchor="end"),
        bands(canvas, top - 2, bottom),
        value_axis(canvas, y, plain),
        tag("path", d=bars(canvas, bins, none_below, clean, y), class_=f"{css} fill"),
        tag("path", d=touched, fill=f"url(#{key})", class_=f"{css} outline"),
        _breaker(canvas, lane.breaker, bottom + 2),
        mark_lines(canvas, top - 2, bottom),
        hovers(canvas, edges(bins, canvas.axis.end_s), _told(lane, bins), y),
    ]


def _breaker(canvas: Canvas, steps: Sequence[BreakerStep], top: float) -> Markup:
    x = canvas.x
    parts: list[str] = []
    for step in steps:
        left, right = x.at(step.start_s), x.at(step.end_s)
        told = f"breaker not closed in {step.opened} of {count(step.replicas, 'client')}"
        opacity = f"{0.25 + 0.75 * step.opened / max(1, step.replicas):.2f}"
        strip = rect(left, top, max(1.0, right - left), BREAKER_HEIGHT - 2)
        parts.append(tag("g", tag("title", told), strip, class_="breaker", opacity=opacity))
    return group(parts)


def _sum(lane: Lane) -> str:
    touched = sum(lane.touched)
    return f"{count(sum(lane.attempts), 'attempt')}, {touched:,} touched"


def _told(lane: Lane, bins: Bins) -> list[str]:
    pairs = enumerate(zip(lane.attempts, lane.touched, strict=True))
    return [
        f"{bins.left_s(i):g} s, {lane.endpoint}: {count(sent, 'attempt')}, {touched} touched"
        for i, (sent, touched) in pairs
    ]
