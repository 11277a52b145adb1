import pytest

from experiments.view.wish import (
    AskedWronglyError,
    Page,
    Place,
    Range,
    Wish,
    order,
    read_wish,
    where,
)


def test_what_is_not_told_restricts_nothing() -> None:
    assert where(Wish()) == ("true", {})


def test_every_filter_is_a_parameter_and_never_sql() -> None:
    said = "x'; drop table exchanges; --"
    wish = Wish(
        outcome=said, phase=said, served=said, trace=said, over=1, touched="yes", moved="no"
    )
    sql, facts = where(wish)
    assert "drop" not in sql
    assert set(facts) == {"outcome", "phase", "served", "trace", "over", "touched", "moved"}
    assert (facts["touched"], facts["moved"]) == (True, False)


def test_a_number_with_a_sign_before_it_names_one_exchange() -> None:
    assert where(Wish(trace=" #812 ")) == ("exchange = $number", {"number": 812})
    assert where(Wish(trace="812"))[0] == "contains(trace_id, $trace)"


def test_words_become_numbers_where_numbers_are_wanted() -> None:
    page = read_wish(Page, {"start": "1.5", "over": "2", "limit": "20", "offset": "40"})
    assert (page.start, page.over, page.limit, page.offset) == (1.5, 2, 20, 40)
    assert read_wish(Place, {"x": "7"}).x == 7
    assert read_wish(Range, {}).width == 1064


@pytest.mark.parametrize(
    ("kind", "said", "named"),
    [
        (Page, {"limit": "501"}, "limit"),
        (Page, {"limit": "0"}, "limit"),
        (Page, {"offset": "-1"}, "offset"),
        (Page, {"start": "nan"}, "start"),
        (Page, {"start": "soon"}, "start"),
        (Page, {"touched": "perhaps"}, "touched"),
        (Page, {"colour": "red"}, "colour"),
        (Page, {"sort": "1; drop"}, "sort is one of"),
        (Page, {"trace": "a" * 101}, "trace"),
        (Place, {}, "x"),
        (Range, {"width": "1000000"}, "width"),
    ],
)
def test_what_nobody_understands_is_refused_by_name(
    kind: type[Page], said: dict[str, str], named: str
) -> None:
    with pytest.raises(AskedWronglyError, match=named):
        read_wish(kind, said)


def test_no_two_exchanges_are_level() -> None:
    assert order(Wish(sort="ttft", down="yes")) == "ttft_s DESC NULLS LAST, exchange"
    assert order(Wish()) == "planned_s ASC NULLS LAST, exchange"
