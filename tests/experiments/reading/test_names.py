"""Names: what may be one, whether it is known, whether it comes twice."""

import pytest

from experiments.reading.names import check_endpoint_names, check_name, repeated, unknown_endpoint
from experiments.reading.problems import Complaints


@pytest.mark.parametrize("name", ["azure", "azure-eu_2", "A1"])
def test_letters_digits_dashes_and_underscores_make_a_name(name: str) -> None:
    complaints = Complaints()
    check_name(name, ("x",), complaints)
    assert not len(complaints)


@pytest.mark.parametrize("name", ["", "a.b", "a/b", "a,b", "a b", "ä"])
def test_what_would_break_a_path_or_a_list_is_no_name(name: str) -> None:
    complaints = Complaints()
    check_name(name, ("x",), complaints)
    assert len(complaints) == 1


def test_endpoints_are_known_and_named_once() -> None:
    complaints = Complaints()
    check_endpoint_names(["a", "b", "a", None], ("order",), ["a"], complaints)
    assert [(c.path, c.message) for c in complaints] == [
        (("order", 1), "no endpoint is called b; there are a"),
        (("order", 2), "a is named twice"),
    ]


def test_an_unknown_endpoint_is_told_the_nearest() -> None:
    assert unknown_endpoint("vertx", ["azure", "vertex"])[1] == "vertex"


def test_what_was_there_before_is_repeated_each_time_it_comes() -> None:
    assert repeated(["a", None, "a", "b", None, "a"]) == [(2, "a"), (5, "a")]
