"""The timeline of a stretch of the run: the report's charts, drawn for one width."""

from collections.abc import Iterable

import msgspec

from experiments.report.charts.attempts import attempts_chart
from experiments.report.charts.errors import errors_chart
from experiments.report.charts.latency import is_log, latency_chart
from experiments.report.charts.traffic import traffic_chart
from experiments.report.frame import Axis, Size, Stretch, marks_of
from experiments.report.words import amount
from experiments.view.bins import bins_of, lanes, latency, traffic
from experiments.view.opened import Opened
from experiments.view.wish import Range
from telemetry.clock import seconds

SHORTEST_S = 0.05
NARROW = 500


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The charts by name, and where in them the axis lies: pixels of a chart `width` wide."""

    start: float
    end: float
    whole: bool
    width: float
    left: float
    right: float
    words: str
    charts: dict[str, str]


def timeline(opened: Opened, wanted: Range) -> Timeline:
    """Draw a stretch of the run, the whole of it where none is told."""
    start_s, end_s = span_of(wanted, opened.end_s)
    size = _size(wanted.width)
    axis = axis_of(opened, start_s, end_s, size)
    bins = bins_of(opened, start_s, end_s)
    spread, shown = latency(opened, start_s, end_s), traffic(opened, bins)
    return Timeline(
        start=start_s,
        end=end_s,
        whole=(start_s, end_s) == (0.0, opened.end_s),
        width=size.width,
        left=size.left,
        right=size.right,
        words=_words(bins.width_s, spread.bins.width_s, log=is_log(spread)),
        charts={
            "traffic": str(traffic_chart(axis, shown, opened.colours)),
            "errors": str(errors_chart(axis, shown)),
            "latency": str(latency_chart(axis, spread, opened.colours)),
            "attempts": str(attempts_chart(axis, lanes(opened, bins), bins, opened.colours)),
        },
    )


def span_of(wanted: Range, end_s: float) -> tuple[float, float]:
    """Return a stretch that lies in the run and is long enough to be drawn."""
    start = min(max(0.0, wanted.start or 0.0), max(0.0, end_s - SHORTEST_S))
    end = end_s if wanted.end is None else min(end_s, wanted.end)
    return start, max(end, start + SHORTEST_S)


def axis_of(opened: Opened, start_s: float, end_s: float, size: Size) -> Axis:
    """Return the axis with the parts of phases, windows and marks that lie in the stretch."""
    evidence = opened.seen.evidence
    phases = (
        Stretch(
            phase.name,
            seconds(phase.start_ns - evidence.start_ns),
            seconds(phase.end_ns - evidence.start_ns),
        )
        for phase in evidence.phases
    )
    bands = (
        Stretch(f"{s.name}: {s.what} at {', '.join(s.endpoints)}", s.start_s, s.end_s, s.name)
        for s in opened.stories
    )
    marks = (mark for mark in marks_of(opened.stories) if start_s <= mark.at_s <= end_s)
    return Axis(
        end_s=end_s,
        phases=_clipped(phases, start_s, end_s),
        bands=_clipped(bands, start_s, end_s),
        marks=tuple(marks),
        start_s=start_s,
        sizes=(size,),
    )


def _clipped(stretches: Iterable[Stretch], start_s: float, end_s: float) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(one.name, max(start_s, one.start_s), min(end_s, one.end_s), one.short)
        for one in stretches
        if one.start_s < end_s and one.end_s > start_s
    )


def _size(width: int) -> Size:
    """Return the size; a wide one tells each bin's numbers on hover."""
    return Size("wide", float(width), left=38.0 if width < NARROW else 46.0)


def _words(bin_s: float, pool_s: float, *, log: bool) -> str:
    axis = "; logarithmic axis" if log else ""
    return f"bars of {amount(bin_s, 's')}; percentiles over {amount(pool_s, 's')}{axis}"
