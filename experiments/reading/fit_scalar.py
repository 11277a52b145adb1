"""Fits numbers, texts and words to declared types; the leaves of `fit`."""

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

import msgspec.inspect as declared

from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import Complaints, Path
from experiments.reading.units import number_meant


class Unfit(Enum):
    """The answer for a value that does not fit."""

    UNFIT = "unfit"


UNFIT: Final = Unfit.UNFIT

Fitted = Any
"""An instance of whatever type was asked for, or UNFIT: types chosen at run time have no name."""

Number = declared.FloatType | declared.IntType

_NAMES: Mapping[type[declared.Type], str] = {
    declared.FloatType: "a number",
    declared.IntType: "a whole number",
    declared.StrType: "text",
    declared.BoolType: "true or false",
    declared.VarTupleType: "a list",
    declared.DictType: "a mapping",
}


LARGEST = 2**63 - 1
"""What every reader of a configuration can hold; no quantity in an experiment comes near it."""


def fit_number(value: object, kind: Number, path: Path, complaints: Complaints) -> Fitted:
    """Fit a number: finite, not negative (nothing in an experiment is), within its bounds."""
    whole = isinstance(kind, declared.IntType)
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = number_meant(str(path[-1]) if path else "", value)
        complaints.add(path, f"got {told(value)}: {hint}" if hint else _mismatch(kind, value))
        return UNFIT
    complaint = _out_of_range(value, kind, whole=whole)
    if complaint:
        complaints.add(path, complaint)
        return UNFIT
    return int(value) if whole else float(value)


def fit_word(value: object, kind: declared.Type, path: Path, complaints: Complaints) -> Fitted:
    """Fit text, a truth value or one of a few words; anything goes where anything is declared."""
    words = _words(kind)
    if _is_among(words, value):
        return words[str(value)]
    expected = {declared.StrType: str, declared.BoolType: bool, declared.AnyType: object}
    if isinstance(value, expected.get(type(kind), ())):
        return value
    suggestion = nearest(value, words) if words else _truth_meant(kind, value)
    complaints.add(path, _mismatch(kind, value), suggestion)
    return UNFIT


def told(value: object) -> str:
    """Say what a value is, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return repr(value)


def wanted(kind: declared.Type) -> str:
    """Say what a type wants, for a message."""
    if isinstance(kind, declared.StructType):
        return f"a mapping with {listed(field.encode_name for field in kind.fields)}"
    words = _words(kind)
    return " or ".join(words) if words else _NAMES.get(type(kind), "a value")


def _mismatch(kind: declared.Type, value: object) -> str:
    return f"expected {wanted(kind)}, got {told(value)}"


def _out_of_range(value: float, kind: Number, *, whole: bool) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"expected a finite number, got {value}"
    if abs(value) > LARGEST:
        return f"too large: nothing here goes beyond {LARGEST:.1e}"
    if value < 0:
        return f"must not be negative, got {value:g}"
    if whole and value != int(value):
        return f"expected a whole number, got {value:g}"
    bounds: list[tuple[str, float | None, Callable[[float], bool]]] = [
        ("at least", kind.ge, lambda bound: value >= bound),
        ("more than", kind.gt, lambda bound: value > bound),
        ("at most", kind.le, lambda bound: value <= bound),
        ("less than", kind.lt, lambda bound: value < bound),
    ]
    broken = [f"{words} {bound:g}" for words, bound, holds in bounds
              if bound is not None and not holds(bound)]  # fmt: skip
    return f"must be {broken[0]}, got {value:g}" if broken else ""


def _words(kind: declared.Type) -> dict[str, object]:
    if isinstance(kind, declared.LiteralType):
        return {str(value): value for value in kind.values}
    if isinstance(kind, declared.EnumType):
        return {str(member.value): member for member in kind.cls}
    return {}


def _is_among(words: Mapping[str, object], value: object) -> bool:
    """Tell whether a value is one of the words, a number where that is one: `307`, not `"307"`."""
    word = words.get(str(value))
    return word is not None and isinstance(value, int if isinstance(word, int) else str)


def _truth_meant(kind: declared.Type, value: object) -> str:
    meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}
    return meant.get(str(value).lower(), "") if isinstance(kind, declared.BoolType) else ""
