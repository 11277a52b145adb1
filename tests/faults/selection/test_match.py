import msgspec

from faults.selection.match import Match, said, words_of


def test_what_asks_nothing_is_not_said() -> None:
    assert said(Match()) == {}
    told = said(Match(path="/x", stream=False, model=("a", "b")))
    assert told == {"path": "/x", "stream": False, "model": ("a", "b")}
    assert msgspec.convert(told, Match) == Match(path="/x", stream=False, model=("a", "b"))


def test_a_word_is_one_of_several() -> None:
    assert words_of("a") == ("a",)
    assert words_of(("a", "b")) == ("a", "b")
