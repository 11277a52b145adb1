"""Fitting numbers, texts and words."""

from enum import Enum
from typing import Annotated, Any, Literal

import msgspec
import msgspec.inspect as declared
import pytest

from experiments.reading.fit_scalar import UNFIT, fit_number, fit_word, told, wanted
from experiments.reading.problems import Complaints


class Colour(Enum):
    """Two words."""

    RED = "red"
    BLUE = "blue"


def number(value: object, kind: Any) -> tuple[object, list[str]]:
    complaints = Complaints()
    numeric = declared.type_info(kind)
    assert isinstance(numeric, declared.FloatType | declared.IntType)
    found = fit_number(value, numeric, ("wait_s",), complaints)
    return found, [complaint.message for complaint in complaints]


def word(value: object, kind: Any) -> tuple[object, list[tuple[str, str]]]:
    complaints = Complaints()
    found = fit_word(value, declared.type_info(kind), ("word",), complaints)
    return found, [(complaint.message, complaint.suggestion) for complaint in complaints]


def test_whole_and_broken_numbers_become_what_is_declared() -> None:
    assert number(3, float) == (3.0, [])
    assert number(3.0, int) == (3, [])
    assert number(2.5, float) == (2.5, [])


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (True, int, "expected a whole number, got true"),
        ("3s", float, "got '3s': write 3, in seconds"),
        (None, float, "expected a number, got nothing"),
        ([], float, "expected a number, got a list"),
        (2.5, int, "expected a whole number, got 2.5"),
        (-1, float, "must not be negative, got -1"),
        (float("nan"), float, "expected a finite number, got nan"),
        (float("inf"), int, "expected a finite number, got inf"),
        (0, Annotated[float, msgspec.Meta(gt=0)], "must be more than 0, got 0"),
        (7, Annotated[int, msgspec.Meta(le=5)], "must be at most 5, got 7"),
        (5, Annotated[int, msgspec.Meta(lt=5)], "must be less than 5, got 5"),
        (1, Annotated[int, msgspec.Meta(ge=2)], "must be at least 2, got 1"),
    ],
)
def test_a_number_that_does_not_fit_is_told_why(value: object, kind: Any, message: str) -> None:
    assert number(value, kind) == (UNFIT, [message])


def test_a_number_may_be_one_of_a_few() -> None:
    few = Literal[301, 307]
    assert word(307, few) == (307, [])
    for other in (302, "307", 307.5, True, None):
        assert word(other, few)[0] is UNFIT


def test_texts_truth_and_words_fit_as_they_are() -> None:
    assert word("x", str) == ("x", [])
    no = False
    assert word(no, bool) == (False, [])
    assert word("red", Colour) == (Colour.RED, [])
    assert word({"any": "thing"}, Any) == ({"any": "thing"}, [])


@pytest.mark.parametrize(
    ("value", "kind", "complaint"),
    [
        (5, str, ("expected text, got 5", "")),
        ("off", bool, ("expected true or false, got 'off'", "false")),
        (1, bool, ("expected true or false, got 1", "")),
        ("rde", Colour, ("expected red or blue, got 'rde'", "red")),
    ],
)
def test_a_word_that_does_not_fit_is_told_the_right_one(
    value: object, kind: Any, complaint: tuple[str, str]
) -> None:
    found, complaints = word(value, kind)
    assert found is UNFIT
    assert complaints == [complaint]


def test_values_and_types_are_told_in_words() -> None:
    values: list[object] = [None, True, {}, (), "x"]
    assert list(map(told, values)) == ["nothing", "true", "a mapping", "a list", "'x'"]
    assert wanted(declared.type_info(tuple[str, ...])) == "a list"
