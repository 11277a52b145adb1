from faults.steps import End, Event
from tests.faults.honest import EVENT_STREAM, attested, body, fault, played, said, stream

BUFFERED = fault("buffered_stream")


def test_the_head_comes_at_once_and_every_byte_in_one_burst_at_the_end() -> None:
    honest = stream(3, gap_s=2)
    play = played(BUFFERED, honest)
    whole = b"".join(step.data for step in honest if isinstance(step, Event))
    burst = Event(data=whole, tokens=3, finish=True)
    assert play.steps == [(0, EVENT_STREAM), (6, burst), (6, End())]
    assert attested(BUFFERED, honest) == ["withheld"]


def test_a_body_that_is_no_stream_passes() -> None:
    assert said(played(BUFFERED, body(b"{}"))) == body(b"{}")
    assert attested(BUFFERED, body(b"{}")) == []
