from faults.steps import End, Event, Head
from tests.faults.honest import attested, fault, played, said, stream


def test_the_client_gets_a_429_that_asks_for_the_pause() -> None:
    one = fault("rate_limited", retry_after_s=7)
    play = played(one, stream(3))
    plain = (("x-plain", "yes"),)
    assert said(play) == [Head(status=429, headers=plain), Event(data=b"429 7.0 None"), End()]
    assert not play.asked
    assert attested(one, stream(3)) == ["answered"]


def test_without_a_pause_the_dialect_decides_what_to_ask_for() -> None:
    assert said(played(fault("rate_limited"), stream(1)))[1] == Event(data=b"429 None None")
