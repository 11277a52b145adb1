import msgspec
import pytest

from faults.steps import End, Event, Head
from tests.faults.honest import attested, fault, played, said, stream


def test_the_client_gets_the_dialects_refusal_at_once_and_the_provider_is_not_asked() -> None:
    one = fault("http_error", status=502, retry_after_s=7, message="gone")
    play = played(one, stream(3))
    assert said(play) == [
        Head(status=502, headers=(("x-plain", "yes"),)),
        Event(data=b"502 7.0 gone"),
        End(),
    ]
    assert play.end_s == 0
    assert not play.asked
    assert attested(one, stream(3)) == ["answered"]


def test_it_is_a_503_unless_told_otherwise() -> None:
    assert said(played(fault("http_error"), stream(1)))[1] == Event(data=b"503 None None")


@pytest.mark.parametrize("status", [200, 399, 600, "503", 503.5])
def test_a_status_that_is_no_error_is_refused(status: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("http_error", status=status)


@pytest.mark.parametrize("retry_after_s", [-1, float("inf"), float("nan")])
def test_a_pause_that_no_header_can_ask_for_is_refused(retry_after_s: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("http_error", retry_after_s=retry_after_s)
