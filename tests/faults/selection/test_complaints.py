import pytest

from faults.selection.complaints import match_of, wrong_with
from faults.selection.counts import Counts
from faults.selection.match import Match


@pytest.mark.parametrize(
    ("match", "counts", "path"),
    [
        (Match(), Counts(), ("match",)),
        (Match(path="chat"), Counts(), ("match", "path")),
        (Match(method="post"), Counts(), ("match", "method")),
        (None, Counts(first_n=3, every_nth=4), ("every_nth",)),
    ],
)
def test_what_cannot_be_is_told_where_it_is(
    match: Match | None, counts: Counts, path: tuple[str, ...]
) -> None:
    (wrong,) = wrong_with(match, counts)
    assert wrong.path == path


def test_a_listener_knows_no_requests() -> None:
    found = wrong_with(Match(path="/x"), Counts(first_n=3, after_n=1), "connect_refused")
    assert [one.path for one in found] == [("match",), ("after_n",), ("first_n",)]
    assert not list(wrong_with(None, Counts(), "connect_refused"))


def test_what_can_be_is_fine() -> None:
    assert not list(wrong_with(Match(path="/x", stream=False), Counts(first_n=4, every_nth=4)))


def test_a_match_is_read_and_the_nearest_word_told() -> None:
    assert match_of({"model": ["a"], "stream": True}) == Match(model=("a",), stream=True)
    with pytest.raises(ValueError, match="did you mean path"):
        match_of({"pth": "/x"})
    with pytest.raises(ValueError, match="there are path, method"):
        match_of({"zzzz": 1})
    with pytest.raises(ValueError, match="stream"):
        match_of({"stream": "yes"})
