import msgspec
import pytest

from tests.faults.honest import attested, body, fault, played, said

NARROW = fault("bandwidth", rate_kb_per_s=1)


def test_a_body_takes_as_long_as_its_bytes_do() -> None:
    whole = body(b"x" * 1000, b"y" * 1000)
    play = played(NARROW, whole)
    assert said(play) == whole
    assert [at_s for at_s, _ in play.steps] == [0.0, 1.0, 2.0, 2.0]
    assert attested(NARROW, whole) == ["delayed"]


def test_however_it_is_cut_into_pieces() -> None:
    in_pieces = body(*(b"x" for _ in range(2000)))
    assert played(NARROW, in_pieces).end_s == played(NARROW, body(b"x" * 2000)).end_s == 2.0


def test_a_way_that_is_wide_enough_touches_nobody() -> None:
    assert attested(fault("bandwidth", rate_kb_per_s=1_000_000), body(b"{}")) == []


def test_no_rate_at_all_is_a_stall_and_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("bandwidth", rate_kb_per_s=0)
