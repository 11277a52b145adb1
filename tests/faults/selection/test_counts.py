import msgspec
import pytest

from faults.selection.counts import COUNTS, Counts


@pytest.mark.parametrize(
    ("said", "turns"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"first_n": 3}, [1, 2, 3]),
        ({"after_n": 5}, [6, 7, 8]),
        ({"every_nth": 3}, [3, 6]),
        ({"after_n": 2, "first_n": 3}, [3, 4, 5]),
        ({"after_n": 1, "every_nth": 2, "first_n": 5}, [3, 5]),
    ],
)
def test_whose_turn_it_is_goes_by_the_number(said: dict[str, int], turns: list[int]) -> None:
    counts = msgspec.convert(said, Counts)
    assert [number for number in range(1, 9) if counts.has_turn(number)] == turns
    assert counts.at_most(8) == len(turns)
    assert counts.orders is bool(said)


def test_no_more_are_touched_than_may_be() -> None:
    assert Counts(max_injections=3).at_most(8) == 3
    assert Counts(max_injections=3, every_nth=4).at_most(8) == 2


@pytest.mark.parametrize("name", [name for name in COUNTS if name != "after_n"])
def test_nothing_is_no_count(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({name: 0}, Counts)


def test_what_processes_can_count_together_is_known() -> None:
    assert Counts(first_n=1).shared
    assert Counts(max_injections=1).shared
    assert not Counts(max_active=1).shared
    assert not Counts().shared
