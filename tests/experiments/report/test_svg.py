from hypothesis import given
from hypothesis import strategies as st

from experiments.report.svg import boxes, fitted, group, number, rect, tag, text, text_width
from tests.experiments.report.reading import parsed


def test_what_stands_in_an_element_is_escaped_and_elements_are_not() -> None:
    drawn = tag("g", tag("title", 'a < b & "c"'), text(1, 2, "<script>"), class_="x")
    assert "<script>" not in drawn
    root = parsed(drawn)
    assert [child.text for child in root] == ['a < b & "c"', "<script>"]
    assert root.get("class") == "x"


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"])))
def test_attributes_survive_any_words(words: str) -> None:
    assert parsed(tag("g", text_anchor=words)).get("text-anchor") == words


def test_an_attribute_that_is_none_is_left_out() -> None:
    assert tag("g", id=None) == "<g/>"


def test_an_empty_group_is_nothing() -> None:
    assert group(()) == ""


def test_coordinates_have_at_most_one_decimal() -> None:
    assert [number(v) for v in (1.0, 1.25, 2.96)] == ["1", "1.2", "3"]
    assert 'width="0"' in rect(0, 0, -4, 1)


def test_boxes_without_a_size_are_not_drawn() -> None:
    assert boxes([(0, 0, 10, 5), (3, 3, 0, 9), (3, 3, 9, 0)]) == "M0 0h10v5h-10z"


def test_words_are_cut_to_their_room() -> None:
    assert fitted("outage", 100) == "outage"
    assert fitted("outage of azure", 60).endswith("…")
    assert text_width(fitted("outage of azure", 60)) <= 60
    assert fitted("outage", 10) == ""
