"""Bars and histories drawn with characters: numbers in, text of an exact width out."""

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"
NOTHING = "·"
"""Stands in a history where there was nothing."""


def bar(share: float, width: int) -> str:
    """Return a bar of `share` (0 to 1) of `width` characters, in eighths of a character.

    Anything above nothing shows.
    """
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[part] if part else "")).ljust(width)


def sparkline(values: Sequence[float | None], top: float, width: int) -> str:
    """Return the last `width` values as heights between 0 and `top`, the newest rightmost."""
    shown = values[-width:] if width else ()
    return "".join(_height(value, top) for value in shown).rjust(width)


def _height(value: float | None, top: float) -> str:
    if not value or top <= 0:
        return NOTHING
    return _HEIGHTS[min(7, int(8 * value / top))]
