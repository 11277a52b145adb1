"""What somebody who wrote another unit probably meant: `20s`, `duration_ms`, `50 %`."""

import re
from collections.abc import Iterable

from experiments.reading.nearest import nearest

_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0,
    "seconds": 1.0, "millis": 1e-3, "m": 60.0, "min": 60.0, "mins": 60.0, "minute": 60.0,
    "minutes": 60.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0,
}  # fmt: skip
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z%]*)\s*", re.IGNORECASE)


def number_meant(key: str, value: object) -> str:
    """Say how a number that came as text is written under `key`; empty when there is no telling."""
    quantity = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if quantity is None:
        return ""
    number, unit = float(quantity[1]), quantity[2].lower()
    if not unit:
        return f"write {number:g} without quotes"
    if unit == "%":
        return f"write {number / 100:g}, a share between 0 and 1"
    if unit in _SECONDS and key.endswith("_s"):
        return f"write {number * _SECONDS[unit]:g}, in seconds"
    return ""


def key_meant(key: str, value: object, known: Iterable[str]) -> str:
    """Return the known key that a key in another unit stands for, with its value in seconds."""
    stem, _, unit = key.rpartition("_")
    meant = f"{stem}_s"
    if unit not in _SECONDS or meant not in set(known):
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return meant
    return f"{meant}: {value * _SECONDS[unit]:g}"


def key_complaint(key: str, value: object, known: Iterable[str]) -> tuple[str, str]:
    """Return what to say about an unknown key, and the word that was probably meant."""
    names = sorted(known)
    in_seconds = key_meant(key, value, names)
    if in_seconds:
        return "unknown key; times are in seconds", in_seconds
    return f"unknown key; known here: {', '.join(names)}", nearest(key, names)
