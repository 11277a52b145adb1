"""One exchange's attempts over time: where each waited, what the fault did, how it ended.

Behind a gateway its own answer, which is what the user saw, stands above what it asked.
"""

from collections.abc import Iterator, Sequence

import msgspec
from markupsafe import Markup

from experiments.report.frame import (
    SIZES,
    Axis,
    Canvas,
    Mark,
    Size,
    mark_lines,
    mark_rows,
    picture,
)
from experiments.report.scales import Linear, steps_between, time_step
from experiments.report.svg import fitted, group, line, rect, tag, text
from experiments.report.words import count, duration, outcome_words
from telemetry.clock import seconds
from telemetry.exchange import Attempt, Exchange

ROW = 48.0
BAR = 14.0


class Segment(msgspec.Struct, frozen=True):
    """A part of an attempt's bar: what was waited for, from and to, seconds from the plan."""

    waiting_for: str
    start_s: float
    end_s: float


class _Plot(msgspec.Struct, frozen=True):
    canvas: Canvas
    planned_ns: int

    @property
    def x(self) -> Linear:
        return self.canvas.x

    @property
    def size(self) -> Size:
        return self.canvas.size


def waterfall(
    exchange: Exchange,
    colours: dict[str, str],
    last_ns: int,
    *,
    marks: Sequence[Mark] = (),
    sizes: Sequence[Size] = SIZES,
) -> Markup:
    """Return the waterfall; what has no end is drawn to `last_ns` (the end of observation).

    `marks` are what else happened meanwhile, seconds from the planned start.
    """
    title = f"Exchange {exchange.number}: {outcome_words(exchange.outcome)}"
    told = "; ".join(f"{a.endpoint}: {outcome_words(a.outcome)}" for a in lanes(exchange))
    end_s = _end_s(exchange, last_ns)

    def draw(size: Size) -> tuple[float, Sequence[str]]:
        plotted = Size(size.name, size.width, left=10.0, right=18.0)
        canvas = Canvas(Axis(end_s, marks=tuple(marks)), plotted)
        return _draw(_Plot(canvas, exchange.planned_ns), exchange, colours)

    description = f"Attempts in order. {told}"
    return picture(f"wf-{exchange.trace_id}", title, description, draw, sizes)


def lanes(exchange: Exchange) -> tuple[Attempt, ...]:
    """Return what is drawn, from the top: a gateway's own answer if there is one, then attempts."""
    front = () if exchange.front is None else (exchange.front,)
    return (*front, *exchange.attempts)


def segments(attempt: Attempt, planned_ns: int, last_s: float) -> Iterator[Segment]:
    """Yield the parts of an attempt: to connect, to the head, to the first token, to the end."""
    start_ns = attempt.begin_ns
    end_s = last_s if attempt.end_ns is None else seconds(attempt.end_ns - planned_ns)
    marks = {
        "connect": attempt.connected_ns,
        "head": attempt.head_ns,
        "token": attempt.first_token_ns,
    }
    at_s = seconds(start_ns - planned_ns)
    waiting_for = "connect"
    for name, following in zip(marks, ("head", "token", "end"), strict=True):
        moment = marks[name]
        if moment is None:
            continue
        reached_s = max(at_s, min(end_s, seconds(moment - planned_ns)))
        yield Segment(name, at_s, reached_s)
        at_s, waiting_for = reached_s, following
    yield Segment(waiting_for, at_s, max(at_s, end_s))


def _end_s(exchange: Exchange, last_ns: int) -> float:
    ends = [attempt.end_ns or last_ns for attempt in lanes(exchange)]
    ends.append(exchange.end_ns or last_ns)
    return max(0.01, seconds(max(ends) - exchange.planned_ns)) * 1.01


def _draw(plot: _Plot, exchange: Exchange, colours: dict[str, str]) -> tuple[float, Sequence[str]]:
    drawn = lanes(exchange)
    marks_height, marks = mark_rows(plot.canvas, 2.0)
    top = 4.0 + marks_height
    bottom = top + ROW * max(1, len(drawn))
    rows = [
        _row(plot, attempt, colours.get(attempt.endpoint, "other"), top + ROW * index)
        for index, attempt in enumerate(drawn)
    ]
    if not rows:
        rows = [text(10, top + 22, "no attempt was made", class_="quiet-note")]
    axis = (_axis(plot, top, bottom), _late(plot, exchange, bottom))
    return bottom + 22.0, (*axis, marks, mark_lines(plot.canvas, top, bottom), *rows)


def _axis(plot: _Plot, top: float, bottom: float) -> Markup:
    parts: list[str] = [line(plot.x.start, bottom, plot.x.end, bottom, class_="axis")]
    step = time_step(plot.x.high, int(plot.size.width / 76))
    for value in steps_between(0.0, plot.x.high, step):
        at = plot.x.at(value)
        parts.append(line(at, top, at, bottom, class_="grid"))
        anchor = "start" if value == 0 else "middle"
        shift = -4 if value == 0 else 0
        words = duration(value) if value else "0 s"
        parts.append(text(at + shift, bottom + 16, words, class_="tick", text_anchor=anchor))
    return group(parts)


def _late(plot: _Plot, exchange: Exchange, bottom: float) -> Markup:
    """Return the generator's own lateness: from the plan to the dispatch."""
    right = plot.x.at(seconds(exchange.dispatched_ns - exchange.planned_ns))
    return rect(plot.x.start, bottom - 2, right - plot.x.start, 4, class_="late")


def _row(plot: _Plot, attempt: Attempt, css: str, top: float) -> Markup:
    y = top + 25
    parts: list[str] = [_words(plot, attempt, top + 13)]
    for part in segments(attempt, plot.planned_ns, plot.x.high):
        left, right = plot.x.at(part.start_s), plot.x.at(part.end_s)
        told = f"waiting for {part.waiting_for}: {duration(part.end_s - part.start_s)}"
        if part.waiting_for == "end":
            told = f"to the end: {duration(part.end_s - part.start_s)}"
        box = rect(left, y, max(0.75, right - left), BAR, class_=f"{css} seg-{part.waiting_for}")
        parts.append(tag("g", tag("title", told), box))
    parts += _ends(plot, attempt, css, y)
    parts += [_touch(plot, touch.at_ns, y) for touch in attempt.touches]
    return group(parts)


def _ends(plot: _Plot, attempt: Attempt, css: str, y: float) -> list[Markup]:
    left = plot.x.at(seconds(attempt.begin_ns - plot.planned_ns))
    if attempt.end_ns is None:
        outline = rect(left, y, plot.x.end - left, BAR, class_=f"{css} outline unended")
        return [outline]
    right = plot.x.at(seconds(attempt.end_ns - plot.planned_ns))
    outline = rect(left, y, max(1.0, right - left), BAR, class_=f"{css} outline")
    if attempt.outcome.succeeded:
        return [outline]
    at = max(left + 1.0, right) + 8
    cross = f"M{at - 3.5:.1f} {y + 3.5:.1f}l7 7m0 -7l-7 7"
    return [outline, tag("path", d=cross, class_="crosses")]


def _touch(plot: _Plot, at_ns: int, y: float) -> Markup:
    at = plot.x.at(seconds(at_ns - plot.planned_ns))
    return group(
        (
            tag("path", d=f"M{at:.1f} {y + 1:.1f}l4.5 -7h-9z", class_="hit-mark"),
            line(at, y, at, y + BAR, class_="hit-line"),
        )
    )


def _words(plot: _Plot, attempt: Attempt, y: float) -> Markup:
    words = attempt_words(attempt)
    room = plot.size.width - 28
    rest = fitted(words, room - (len(attempt.endpoint) + 1) * 7)
    return tag(
        "text",
        tag("tspan", f"{attempt.endpoint} ", class_="lane-name"),
        tag("tspan", rest),
        x=plot.x.start,
        y=y,
        class_="attempt-words",
    )


def attempt_words(attempt: Attempt) -> str:
    """Say how an attempt went: `503 server error, answered by outage, 10 ms`."""
    status = attempt.rpc_status or attempt.status
    parts = [("" if status is None else f"{status} ") + outcome_words(attempt.outcome)]
    parts += [
        f"{touch.action} by {touch.fault}{' (inferred)' if touch.inferred else ''}"
        for touch in attempt.touches
    ]
    if attempt.end_ns is not None:
        parts.append(duration(seconds(attempt.end_ns - attempt.begin_ns)))
    if attempt.tokens:
        parts.append(count(attempt.tokens, "token"))
    return ", ".join(parts)
