from faults.selection.match import Match
from tests.faults.selection.asking import meant


def test_only_the_first_of_a_connection_is_meant() -> None:
    assert meant(Match(new_connections=True), first=True)
    assert not meant(Match(new_connections=True), first=False)
