"""One window's times as bars from where they count to where they end."""

import math
from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from experiments.report.frame import Size, picture
from experiments.report.scales import Linear, steps_between, time_step
from experiments.report.svg import fitted, group, line, rect, tag, text, text_width
from experiments.report.windows import WindowStory, WindowTime
from experiments.report.words import amount, count

ROW = 30.0
BAR = 12.0


class _Plot(msgspec.Struct, frozen=True):
    x: Linear
    size: Size
    zero_s: float
    last_s: float


def window_chart(story: WindowStory, last_s: float, key: str) -> Markup:
    """Return the diagram of a window; `last_s` is the end of observation on the run's axis."""
    told = "; ".join(f"{time.name}: {amount(time.value, 's')}" for time in story.times)
    description = f"Bars on one time axis for the window {story.name}. {told}"

    def draw(size: Size) -> tuple[float, Sequence[str]]:
        return _draw(size, story, last_s)

    return picture(key, f"Times of window {story.name}", description, draw)


def _draw(size: Size, story: WindowStory, last_s: float) -> tuple[float, Sequence[str]]:
    left = 8.0 if size.narrow else 168.0
    zero_s = story.start_s if story.first_hit_s is None else story.first_hit_s
    begin_s, end_s = _span(story, last_s)
    plot = _Plot(Linear(begin_s, end_s, left, size.width - 16), size, zero_s, end_s)
    row_height = ROW + 12 if size.narrow else ROW
    top = 6.0
    bottom = top + row_height * (len(story.times) + 1)
    rows: list[Markup] = [_axis(plot, top, bottom), _window_row(plot, story, top + row_height)]
    for index, time in enumerate(story.times):
        rows.append(_row(plot, time, top + row_height * (index + 2)))
    return bottom + 36.0, rows


def _span(story: WindowStory, last_s: float) -> tuple[float, float]:
    ends = [story.end_s]
    for time in story.times:
        if time.end_s is not None:
            ends.append(last_s if math.isinf(time.end_s) else time.end_s)
            ends.append(_limit_s(time) or 0.0)
    begin_s = story.start_s
    return begin_s, begin_s + max(0.5, (max(ends) - begin_s) * 1.02)


def _limit_s(time: WindowTime) -> float | None:
    if time.limit is None or time.origin_s is None or not math.isfinite(time.limit):
        return None
    return time.origin_s + time.limit


def _axis(plot: _Plot, top: float, bottom: float) -> Markup:
    """Seconds count from the first hit, or from the window's start when nobody was hit."""
    step = time_step(plot.x.high - plot.x.low, int((plot.x.end - plot.x.start) / 62))
    parts: list[str] = []
    for value in steps_between(plot.x.low - plot.zero_s, plot.x.high - plot.zero_s, step):
        at = plot.x.at(plot.zero_s + value)
        parts.append(line(at, top, at, bottom, class_="grid"))
        words = f"{value:g} s"
        parts.append(text(at, bottom + 15, words, class_="tick", text_anchor="middle"))
    middle = (plot.x.start + plot.x.end) / 2
    note = "seconds from the first hit"
    parts.append(text(middle, bottom + 31, note, class_="tick", text_anchor="middle"))
    return group(parts)


def _window_row(plot: _Plot, story: WindowStory, bottom: float) -> Markup:
    y = bottom - BAR - 6
    left, right = plot.x.at(story.start_s), plot.x.at(story.end_s)
    where = ", ".join(story.endpoints)
    value = amount(story.end_s - story.start_s, "s")
    hit = () if story.first_hit_s is None else (_hit(plot, story.first_hit_s, y),)
    return group(
        (
            _name(plot, f"Fault at {where}", y),
            rect(left, y, right - left, BAR, class_="window-bar", rx=2),
            *hit,
            _value(plot, right, y, value),
        )
    )


def _hit(plot: _Plot, at_s: float, y: float) -> Markup:
    at = plot.x.at(at_s)
    return tag("path", d=f"M{at:.1f} {y + BAR - 1:.1f}l5 8h-10z", class_="hit-mark")


def _row(plot: _Plot, time: WindowTime, bottom: float) -> Markup:
    y = bottom - BAR - 6
    value = amount(time.value, "s")
    name = _name(plot, time.name, y)
    if time.value is None:
        told = f"{value}: {time.reason}" if time.reason and not plot.size.narrow else value
        room = plot.size.width - plot.x.start - 8
        return group((name, _value(plot, plot.x.start - 6, y, fitted(told, room))))
    if time.origin_s is None:
        return group((name, _value(plot, plot.x.start - 6, y, f"{value} from the {time.origin}")))
    return group((name, *_bar(plot, time, y, time.origin_s, value), _limit(plot, time, y)))


def _limit(plot: _Plot, time: WindowTime, y: float) -> Markup:
    limit_s = _limit_s(time)
    if limit_s is None or limit_s > plot.last_s:
        return Markup("")
    return line(plot.x.at(limit_s), y - 4, plot.x.at(limit_s), y + BAR + 4, class_="limit")


def _bar(plot: _Plot, time: WindowTime, y: float, origin_s: float, value: str) -> list[Markup]:
    never = time.end_s is None or math.isinf(time.end_s)
    end_s = plot.last_s if never or time.end_s is None else time.end_s
    left, right = plot.x.at(origin_s), plot.x.at(end_s)
    css = {"pass": "holds", "fail": "fails"}.get(time.holds, "plain")
    if never:
        shape = f"M{left:.1f} {y:.1f}H{right - 8:.1f}l8 {BAR / 2:.1f}l-8 {BAR / 2:.1f}H{left:.1f}z"
        limit = plot.x.at(_limit_s(time) or origin_s)
        words = text(limit + 8, y + BAR - 2, value, class_="row-value inside")
        return [tag("path", d=shape, class_=f"never-bar {css}"), words]
    bar = rect(left, y, max(3.0, right - left), BAR, class_=f"time-bar {css}", rx=2)
    return [bar, _value(plot, _clear_of_limit(plot, time, max(left + 3, right), value), y, value)]


def _clear_of_limit(plot: _Plot, time: WindowTime, right: float, words: str) -> float:
    """Return where the words may follow: behind the limit's tick when they would hide it."""
    limit = plot.x.at(_limit_s(time) or 0.0)
    return limit if right <= limit <= right + 12 + text_width(words) else right


def _name(plot: _Plot, words: str, y: float) -> Markup:
    if plot.size.narrow:
        return text(plot.x.start, y - 6, words, class_="row-name")
    return text(plot.x.start - 12, y + BAR - 2, words, class_="row-name", text_anchor="end")


def _value(plot: _Plot, right: float, y: float, words: str) -> Markup:
    """Write beside the bar's end; within it where the chart has no more room."""
    if right + 8 + text_width(words) <= plot.size.width:
        return text(right + 8, y + BAR - 2, words, class_="row-value")
    return text(right - 6, y + BAR - 2, words, class_="row-value inside", text_anchor="end")


def describe(time: WindowTime) -> str:
    """Say what a time means and rests on: one line for the table."""
    samples = "" if time.samples is None else f"; {count(time.samples, 'sample')}"
    reason = f"; {time.reason}" if time.reason else ""
    return f"{time.origin} to {time.until}{samples}{reason}"
