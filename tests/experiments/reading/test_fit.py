"""Fitting plain values to declared types."""

from typing import Literal

import msgspec

from experiments.reading.fit import fit_reference, fit_struct
from experiments.reading.fit_scalar import UNFIT
from experiments.reading.problems import Complaints


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    """Something with a required field."""

    count: int
    word: Literal["a", "b"] = "a"


class Outer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a file may hold."""

    inner: Inner | None = None
    items: tuple[float, ...] = ()
    named: dict[str, Inner] = {}
    one_or_more: str | tuple[str, ...] = ()
    endless_s: float = float("inf")


def fitted(value: object) -> tuple[object, list[str]]:
    complaints = Complaints()
    found = fit_struct(value, Outer, (), complaints)
    return found, [f"{'.'.join(map(str, c.path))}: {c.message}" for c in complaints]


def test_what_fits_becomes_the_declared_value() -> None:
    value = {
        "inner": {"count": 1, "word": "b"},
        "items": [1, 2.5],
        "named": {"x": {"count": 2}},
        "one_or_more": ["p", "q"],
        "endless_s": float("inf"),
    }
    expected = Outer(
        inner=Inner(count=1, word="b"),
        items=(1.0, 2.5),
        named={"x": Inner(count=2)},
        one_or_more=("p", "q"),
    )
    assert fitted(value) == (expected, [])


def test_every_place_that_does_not_fit_is_told() -> None:
    value = {
        "inner": {"word": "c"},
        "items": [1, "x", -2],
        "named": {"x": {"count": 1.5}},
        "one_or_more": [1],
    }
    _, complaints = fitted(value)
    assert complaints == [
        "inner.count: missing",
        "inner.word: expected a or b, got 'c'",
        "items.1: expected a number, got 'x'",
        "items.2: must not be negative, got -2",
        "named.x.count: expected a whole number, got 1.5",
        "one_or_more.0: expected text, got 1",
    ]


def test_what_does_not_fit_leaves_its_place_empty_and_its_neighbours_where_they_are() -> None:
    found, _ = fitted({"items": ["x", 2], "named": {"x": {}, "y": {"count": 1}}})
    held = msgspec.to_builtins(found)
    assert held["items"] == (None, 2.0)
    assert held["named"] == {"x": None, "y": {"count": 1, "word": "a"}}


def test_the_wrong_kind_of_thing_is_told_what_was_expected() -> None:
    assert fitted([])[1][0].startswith(": expected a mapping with endless_s, inner, items")
    assert fitted({"items": {}})[1] == ["items: expected a list, got a mapping"]
    assert fitted({"named": []})[1] == ["named: expected a mapping by name, got a list"]
    assert fitted({"one_or_more": 3})[1] == ["one_or_more: expected text or a list, got 3"]


def test_a_reference_gets_all_its_parameters_or_says_what_is_wrong() -> None:
    complaints = Complaints()
    found = fit_reference("blackhole", "fault", (), complaints)
    assert found == {"blackhole": {"hold_s": float("inf")}}
    assert fit_reference({"blackhole": None}, "fault", (), complaints) == found
    assert not len(complaints)
    assert fit_reference(3, "fault", ("inject",), complaints) is UNFIT
    assert [c.message for c in complaints] == [
        "expected one fault, as a name or {name: {parameters}}"
    ]
