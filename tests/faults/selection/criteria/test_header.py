import pytest

from faults.selection.criteria.header import SELECTOR
from faults.selection.match import Match
from tests.faults.selection.asking import meant
from tests.live.said import request

RAW = request(b"{}", headers=b"X-Tier: Gold-7\r\nX-Tag: a\r\nX-TAG: b\r\n")


@pytest.mark.parametrize(
    ("fields", "is_meant"),
    [
        ({"x-tier": "gold-*"}, True),
        ({"X-TIER": "GOLD-7"}, True),
        ({"x-tier": "*"}, True),
        ({"x-tier": "gold"}, False),
        ({"tier": "*"}, False),
        ({"x-tag": "b"}, True),
        ({"x-tier": "gold*", "x-tag": "c"}, False),
    ],
)
def test_a_field_is_meant_by_its_name_and_a_glob_of_its_value(
    fields: dict[str, str], *, is_meant: bool
) -> None:
    assert meant(Match(header=fields), RAW) is is_meant


def test_what_no_field_can_be_called_is_told() -> None:
    assert "'x tier'" in SELECTOR.complaint({"x tier": "*"})
    assert SELECTOR.complaint({"x-tier": "*"}) == ""


@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-Goog-Api-Key", "cookie"])
def test_a_secret_is_not_written_down(name: str) -> None:
    assert SELECTOR.complaint({name: "*"}).endswith("ask for its key_hash")
