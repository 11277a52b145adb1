import pytest

from faults.selection.criteria.method import SELECTOR
from faults.selection.match import Match
from tests.faults.selection.asking import meant
from tests.live.said import request


@pytest.mark.parametrize(("method", "is_meant"), [(b"POST", True), (b"PUT", True), (b"GET", False)])
def test_any_of_the_methods_is_meant(method: bytes, *, is_meant: bool) -> None:
    assert meant(Match(method=("POST", "PUT")), request(method=method)) is is_meant


def test_methods_are_written_in_capitals() -> None:
    assert "POST" in SELECTOR.complaint(("GET", "post"))
    assert SELECTOR.complaint("POST") == ""
