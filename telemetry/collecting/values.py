"""Attribute values as rows keep them: JSON's own kinds, of bounded size.

Bytes become base64 text. What JSON cannot say of a number (`NaN`, `Infinity`) becomes the text that
OTLP's JSON has for it.
"""

import base64
import math
from collections.abc import Iterable
from itertools import islice
from typing import Any

from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import malformed

Attributes = dict[str, Any]
"""Values by name: text, bool, int, float, None, and lists and dicts of those."""

CUT = "[cut]"


def text(value: str, limits: Limits) -> str:
    """Return a text of bounded length: cut at a blank, since half a secret would not be known."""
    if len(value) <= limits.text_chars:
        return value
    kept = value[: limits.text_chars]
    end = max(kept.rfind(blank) for blank in " \n\t")
    return kept[: end + 1] + CUT


def number(value: float) -> float | str:
    """Return a number that JSON can say, else its name."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def whole_number(value: int | str, *, bits: int = 63) -> int:
    """Return an integer as OTLP's JSON writes it, a number or digits; raises RefusedError."""
    try:
        found = int(value)
    except ValueError as error:
        raise malformed("an integer is none") from error
    least = -(1 << bits) if bits == 63 else 0
    if not least <= found < 1 << bits:
        raise malformed("an integer does not fit 64 bits")
    return found


def encoded(value: bytes, limits: Limits) -> str:
    """Return bytes as base64 text of bounded length."""
    return text(base64.b64encode(value[: limits.text_chars]).decode(), limits)


def kept(pairs: Iterable[tuple[str, Any]], limits: Limits) -> Attributes:
    """Return the first attributes; the rest is not even looked at."""
    return {text(name, limits): value for name, value in islice(pairs, limits.attributes)}
