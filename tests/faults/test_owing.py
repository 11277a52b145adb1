from faults.owing import settle
from faults.steps import Event, Step

ONE, TWO, THREE = (Event(data=data) for data in (b"one", b"two", b"three"))


def test_who_is_told_pays_for_those_before_too() -> None:
    owed: list[Step] = [ONE, TWO, THREE]
    assert settle(owed, TWO)
    assert owed == [THREE]


def test_what_is_the_same_but_another_replaces_all() -> None:
    owed: list[Step] = [ONE, TWO]
    assert not settle(owed, Event(data=b"one"))
    assert owed == []


def test_of_an_event_in_pieces_the_rest_stays_owed() -> None:
    owed: list[Step] = [ONE]
    rest = Event(data=b"ne")
    assert not settle(owed, Event(data=b"o", rest=rest))
    assert owed == [rest]
    assert settle(owed, rest)
    assert owed == []
