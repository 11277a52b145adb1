"""SVG as escaped text: elements, numbers and the shapes that every chart shares."""

from collections.abc import Iterable

from markupsafe import Markup, escape

CHARACTER_WIDTH = 6.9
"""Pixels that a character of 12 px text takes in a wide font: a layout estimate."""

Attribute = str | float | None


def tag(name: str, *children: str, **attributes: Attribute) -> Markup:
    """Return one element; `_` in attribute names becomes `-`, None is left out, text is escaped."""
    inside = Markup("").join(escape(child) for child in children)
    head = Markup("").join(_attribute(key, value) for key, value in attributes.items())
    if not inside:
        return Markup(f"<{name}{head}/>")  # noqa: S704 - names are the code's, the rest is escaped
    return Markup(f"<{name}{head}>{inside}</{name}>")  # noqa: S704 - as above


def group(children: Iterable[str], **attributes: Attribute) -> Markup:
    """Return a `g` of the children, empty text for none."""
    parts = tuple(children)
    return tag("g", *parts, **attributes) if parts else Markup("")


def number(value: float) -> str:
    """Write a coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def text(x: float, y: float, words: str, **attributes: Attribute) -> Markup:
    """Return a line of text whose baseline starts at (x, y)."""
    return tag("text", words, x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: Attribute) -> Markup:
    """Return a straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def rect(x: float, y: float, width: float, height: float, **attributes: Attribute) -> Markup:
    """Return a rectangle; a negative size is drawn as none."""
    return tag("rect", x=x, y=y, width=max(0.0, width), height=max(0.0, height), **attributes)


def boxes(parts: Iterable[tuple[float, float, float, float]]) -> str:
    """Return path data for rectangles (x, y, width, height); those without a size are left out."""
    return "".join(
        f"M{number(x)} {number(y)}h{number(w)}v{number(h)}h{number(-w)}z"
        for x, y, w, h in parts
        if w > 0 and h > 0
    )


def fitted(words: str, width: float) -> str:
    """Cut words to what fits into `width` pixels of 12 px text, with an ellipsis; '' if nothing."""
    room = int(width / CHARACTER_WIDTH)
    if len(words) <= room:
        return words
    return words[: room - 1].rstrip() + "…" if room >= 4 else ""


def text_width(words: str) -> float:
    """Estimate the width of 12 px text, pixels."""
    return len(words) * CHARACTER_WIDTH


def _attribute(key: str, value: Attribute) -> Markup:
    if value is None:
        return Markup("")
    name = key.rstrip("_").replace("_", "-")
    words = number(value) if isinstance(value, int | float) else value
    return Markup(' {}="{}"').format(name, words)
