"""What the charts on the common time axis share: size, axes, phases, fault bands and marks; pure.

A chart is drawn once for each size: on a page without scripts that is three times, for wide, medium
and narrow screens, so that text keeps its size.
"""

from collections.abc import Callable, Sequence

import msgspec
from markupsafe import Markup

from experiments.report.scales import Linear, Scale, steps_between, time_step
from experiments.report.svg import fitted, group, line, rect, tag, text, text_width
from experiments.report.windows import WindowStory
from experiments.report.words import amount

MARK_ROW = 15.0


class Size(msgspec.Struct, frozen=True):
    """A screen width to draw for; pixels. `right` leaves room for the last tick's label."""

    name: str
    width: float
    left: float = 46.0
    right: float = 14.0

    @property
    def plot(self) -> float:
        """The width of the plot itself."""
        return self.width - self.left - self.right

    @property
    def narrow(self) -> bool:
        """True where labels go above what they name, not beside it."""
        return self.width < 500


SIZES = (Size("wide", 1064.0), Size("medium", 660.0), Size("narrow", 352.0, left=38.0))


class Mark(msgspec.Struct, frozen=True):
    """A moment with a name."""

    at_s: float
    words: str


class Stretch(msgspec.Struct, frozen=True):
    """A named stretch of time: a phase or a fault window; `short` where the name has no room."""

    name: str
    start_s: float
    end_s: float
    short: str = ""


class Axis(msgspec.Struct, frozen=True):
    """The common time axis with what happened on it, and the sizes to draw it in."""

    end_s: float
    phases: tuple[Stretch, ...] = ()
    bands: tuple[Stretch, ...] = ()
    marks: tuple[Mark, ...] = ()
    start_s: float = 0.0
    sizes: tuple[Size, ...] = SIZES


class Canvas(msgspec.Struct, frozen=True):
    """The time axis at a size: what a chart draws on."""

    axis: Axis
    size: Size

    @property
    def x(self) -> Linear:
        """The time axis in pixels."""
        return Linear(
            self.axis.start_s, self.axis.end_s, self.size.left, self.size.width - self.size.right
        )


def marks_of(stories: Sequence[WindowStory]) -> tuple[Mark, ...]:
    """Return the moments worth a mark: first hit, failover and failback of each window."""
    marks: list[Mark] = []
    for story in stories:
        if story.first_hit_s is not None:
            marks.append(Mark(story.first_hit_s, "first hit"))
        for metric, word in (("failover_time", "failover"), ("failback_time", "failback")):
            time = story.time(metric)
            if time is not None and time.end_s is not None:
                marks.append(Mark(time.end_s, f"{word} {amount(time.value, 's')}"))
    return tuple(sorted(marks, key=lambda mark: mark.at_s))


def picture(
    key: str,
    title: str,
    description: str,
    draw: Callable[[Size], tuple[float, Sequence[str]]],
    sizes: Sequence[Size] = SIZES,
) -> Markup:
    """Return a chart in all sizes; `draw` returns its height and its parts."""
    drawn = (_drawn(size, f"{key}-{size.name}", title, description, draw) for size in sizes)
    return Markup("").join(drawn)


def _drawn(
    size: Size,
    key: str,
    title: str,
    description: str,
    draw: Callable[[Size], tuple[float, Sequence[str]]],
) -> Markup:
    height, parts = draw(size)
    return tag(
        "svg",
        tag("title", title, id=f"{key}-t"),
        tag("desc", description, id=f"{key}-d"),
        *parts,
        class_=f"chart {size.name}",
        viewBox=f"0 0 {size.width:g} {height:g}",
        role="img",
        aria_labelledby=f"{key}-t {key}-d",
    )


def bands(canvas: Canvas, top: float, bottom: float) -> Markup:
    """Return the fault windows as tinted bands with edges."""
    x = canvas.x
    parts: list[str] = []
    for band in canvas.axis.bands:
        left, right = x.at(band.start_s), x.at(band.end_s)
        parts.append(rect(left, top, max(1.0, right - left), bottom - top, class_="band"))
        parts += [line(at, top, at, bottom, class_="band-edge") for at in (left, right)]
    return group(parts)


def mark_lines(canvas: Canvas, top: float, bottom: float) -> Markup:
    """Return the marks as thin lines through a chart."""
    x = canvas.x
    shown = [mark for mark in canvas.axis.marks if mark.at_s <= canvas.axis.end_s]
    return group(line(x.at(m.at_s), top, x.at(m.at_s), bottom, class_="mark") for m in shown)


def time_axis(canvas: Canvas, bottom: float) -> Markup:
    """Return the time labels under a chart, in seconds from the run's start."""
    x = canvas.x
    start_s, end_s = canvas.axis.start_s, canvas.axis.end_s
    step = time_step(end_s - start_s, int(canvas.size.plot / 50))
    parts: list[str] = [
        line(canvas.size.left, bottom, canvas.size.width - canvas.size.right, bottom, class_="axis")
    ]
    for at_s in steps_between(start_s, end_s, step):
        parts.append(line(x.at(at_s), bottom, x.at(at_s), bottom + 4, class_="axis"))
        words = f"{at_s:g} s"
        parts.append(text(x.at(at_s), bottom + 16, words, class_="tick", text_anchor="middle"))
    return group(parts)


def value_axis(canvas: Canvas, scale: Scale, write: Callable[[float], str]) -> Markup:
    """Return horizontal grid lines with their labels at the left."""
    parts: list[str] = []
    for value in scale.ticks():
        y = scale.at(value)
        parts.append(
            line(canvas.size.left, y, canvas.size.width - canvas.size.right, y, class_="grid")
        )
        parts.append(
            text(canvas.size.left - 6, y + 4, write(value), class_="tick", text_anchor="end")
        )
    return group(parts)


def phase_row(canvas: Canvas, top: float) -> Markup:
    """Return the phases as a row of named stretches, 16 px high."""
    x = canvas.x
    parts: list[str] = []
    for phase in canvas.axis.phases:
        left, right = x.at(phase.start_s), x.at(phase.end_s)
        parts.append(rect(left + 0.5, top, right - left - 1, 16, class_="phase", rx=3))
        words = fitted(phase.name.replace("_", "-"), right - left - 2)
        middle = (left + right) / 2
        parts.append(text(middle, top + 12, words, class_="phase-name", text_anchor="middle"))
    return group(parts)


def band_rows(canvas: Canvas, top: float) -> tuple[float, Markup]:
    """Return the fault windows as named bars, one row each where they overlap, and their height."""
    x = canvas.x
    lanes = lanes_of([(x.at(b.start_s), x.at(b.end_s)) for b in canvas.axis.bands])
    parts: list[str] = []
    for band, lane in zip(canvas.axis.bands, lanes, strict=True):
        left, right, y = x.at(band.start_s), x.at(band.end_s), top + lane * 20
        parts.append(rect(left, y, max(2.0, right - left), 16, class_="band-name-box", rx=3))
        room = right - left - 8
        words = fitted(band.name if text_width(band.name) <= room else band.short, room)
        middle = (left + right) / 2
        parts.append(text(middle, y + 12, words, class_="band-name", text_anchor="middle"))
    return (max(lanes) + 1) * 20.0 if lanes else 0.0, group(parts)


def mark_rows(canvas: Canvas, top: float) -> tuple[float, Markup]:
    """Return the marks' labels, each in the first row where it hides no other, and their height."""
    x = canvas.x
    shown = [
        (mark, x.at(mark.at_s)) for mark in canvas.axis.marks if mark.at_s <= canvas.axis.end_s
    ]
    placed = [_label_span(mark.words, at, canvas.size) for mark, at in shown]
    rows = lanes_of([(left - 4, right + 4) for left, right in placed])
    height = (max(rows) + 1) * MARK_ROW if rows else 0.0
    parts: list[str] = []
    for (mark, at), (left, _), row in zip(shown, placed, rows, strict=True):
        y = top + row * MARK_ROW
        parts.append(line(at, y + 2, at, top + height, class_="mark"))
        parts.append(rect(left - 2, y, text_width(mark.words) + 4, 14, class_="mark-box"))
        parts.append(text(left, y + 11, mark.words, class_="mark-name"))
    return height, group(parts)


def lanes_of(spans: Sequence[tuple[float, float]]) -> list[int]:
    """Return for each span the first lane in which it overlaps none before it."""
    ends: list[float] = []
    lanes: list[int] = []
    for left, right in spans:
        lane = next((i for i, end in enumerate(ends) if end <= left), len(ends))
        ends[lane : lane + 1] = [right]
        lanes.append(lane)
    return lanes


def hatch(key: str, css_class: str) -> Markup:
    """Return a diagonal pattern, so that what it fills differs by more than colour."""
    stripe = line(0, 0, 0, 5, class_=css_class)
    return tag(
        "pattern",
        rect(0, 0, 5, 5, class_=f"{css_class}-ground"),
        stripe,
        id=key,
        width=5,
        height=5,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def hovers(
    canvas: Canvas, edges: Sequence[tuple[float, float]], words: Sequence[str], span: Linear
) -> Markup:
    """Return invisible columns that tell a bin's numbers on hover; wide screens only."""
    if canvas.size.name != "wide":
        return Markup("")
    x = canvas.x
    top, height = min(span.start, span.end), abs(span.start - span.end)
    return group(
        (
            tag(
                "rect",
                tag("title", told),
                x=x.at(left),
                y=top,
                width=max(0.5, x.at(right) - x.at(left)),
                height=height,
            )
            for (left, right), told in zip(edges, words, strict=True)
        ),
        class_="hover",
    )


def _label_span(words: str, at: float, size: Size) -> tuple[float, float]:
    """Place a label to the right of its line, or to the left where the chart ends."""
    width = text_width(words)
    left = at + 4 if at + 4 + width <= size.width else at - 4 - width
    return max(0.0, left), max(0.0, left) + width
