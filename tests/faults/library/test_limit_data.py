from faults.steps import Close, Event
from tests.faults.honest import JSON, attested, body, fault, played, said


def test_the_connection_is_closed_where_the_limit_is_passed() -> None:
    cut = said(played(fault("limit_data", limit_bytes=5), body(b"1234", b"5678")))
    rest = Event(data=b"678")
    assert cut == [JSON, Event(data=b"1234"), Event(data=b"5", rest=rest), Close()]


def test_a_limit_that_ends_with_a_piece_closes_there() -> None:
    limit = fault("limit_data", limit_bytes=4)
    assert said(played(limit, body(b"1234", b"5"))) == [JSON, Event(data=b"1234"), Close()]
    assert attested(limit, body(b"1234", b"5")) == ["truncated"]


def test_what_is_within_the_limit_passes_whole() -> None:
    assert attested(fault("limit_data", limit_bytes=4), body(b"12", b"34")) == []
