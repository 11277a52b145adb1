import math

from tests.faults.honest import BUSY, attested, body, fault, played, said, stream


def test_the_whole_answer_comes_later_and_is_otherwise_untouched() -> None:
    play = played(fault("latency", delay_s=2), stream(3))
    assert {at_s for at_s, _ in play.steps} == {2.0}
    assert said(play) == stream(3)
    assert attested(fault("latency", delay_s=2), stream(3)) == ["delayed"]


def test_the_provider_is_asked_only_when_the_request_has_arrived() -> None:
    paced = played(fault("latency", delay_s=2), stream(2, gap_s=0.5))
    assert [at_s for at_s, step in paced.steps if step in stream(2)[2:4]] == [2.5, 3.0]


def test_refusals_and_bodies_are_as_late_as_streams() -> None:
    for honest in (body(b"{}"), [BUSY, *body(b"{}")[1:]]):
        assert {at_s for at_s, _ in played(fault("latency", delay_s=2), honest).steps} == {2.0}


def test_a_way_without_an_end_brings_nothing() -> None:
    play = played(fault("latency", delay_s=math.inf), stream(1))
    assert (play.steps, play.asked) == ([], False)


def test_it_needs_no_event_so_that_any_coding_of_a_body_passes() -> None:
    assert not fault("latency", delay_s=1).needs_events
