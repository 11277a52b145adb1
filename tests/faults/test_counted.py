import msgspec
import pytest

from faults.config import Rule
from faults.counted import counted_complaint


def rule(kind: str, **parameters: object) -> Rule:
    return Rule(id="r", endpoints=("a",), inject={kind: parameters}, start_s=0, end_s=1)


@pytest.mark.parametrize("kind", ["quota_exhausted", "capacity"])
def test_what_counts_requests_cannot_be_shared(kind: str) -> None:
    parameters = {"requests": 5} if kind == "quota_exhausted" else {"concurrent": 5}
    assert f"r: {kind} counts requests" in counted_complaint(rule(kind, **parameters))


@pytest.mark.parametrize("kind", ["http_error", "connect_refused"])
def test_what_does_not_can(kind: str) -> None:
    assert counted_complaint(rule(kind)) == ""


@pytest.mark.parametrize("name", ["first_n", "max_injections", "every_nth", "after_n"])
def test_what_goes_by_number_can(name: str) -> None:
    assert counted_complaint(msgspec.structs.replace(rule("http_error"), **{name: 2})) == ""


def test_what_counts_those_under_way_cannot() -> None:
    told = msgspec.structs.replace(rule("http_error"), max_active=2)
    assert "r: max_active counts what is under way" in counted_complaint(told)
