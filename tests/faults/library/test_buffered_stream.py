from faults.steps import Close
from tests.faults.honest import attested, body, fault, played, said, stream

BUFFERED = fault("buffered_stream")


def test_every_event_comes_with_the_last() -> None:
    play = played(BUFFERED, stream(3, gap_s=2))
    assert said(play) == stream(3)
    assert {at_s for at_s, _ in play.steps[1:]} == {6.0}
    assert play.steps[0][0] == 0.0
    assert attested(BUFFERED, stream(3)) == ["withheld"]


def test_what_broke_off_is_said_up_to_there() -> None:
    cut = [*stream(3)[:3], Close()]
    assert said(played(BUFFERED, cut)) == cut


def test_a_body_that_is_no_stream_passes_as_it_comes() -> None:
    assert attested(BUFFERED, body(b"{", b"}")) == []
