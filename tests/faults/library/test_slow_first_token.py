import msgspec
import pytest

from faults.steps import End, Step
from tests.faults.honest import (
    BUSY,
    EVENT_STREAM,
    OPENING,
    attested,
    body,
    fault,
    played,
    said,
    stream,
    token,
)


def test_headers_and_opening_come_at_once_and_the_first_token_late() -> None:
    play = played(fault("slow_first_token", delay_s=2), stream(3))
    assert play.steps[:3] == [(0.0, EVENT_STREAM), (0.0, OPENING), (2.0, token(0))]
    assert said(play) == stream(3)
    assert attested(fault("slow_first_token", delay_s=2), stream(3)) == ["delayed"]


def test_the_delay_adds_to_the_providers_own_pace() -> None:
    honest = stream(2, gap_s=0.5)
    late = played(fault("slow_first_token", delay_s=2), honest)
    assert (2.5, token(0)) in late.steps
    held = played(fault("slow_first_token", delay_s=2, headers_first=False), honest)
    assert (2.5, token(0)) in held.steps


def test_without_headers_first_nothing_at_all_comes_before() -> None:
    play = played(fault("slow_first_token", delay_s=2, headers_first=False), stream(3))
    assert {at_s for at_s, _ in play.steps} == {2.0}
    assert said(play) == stream(3)


def test_a_body_that_is_no_stream_waits_behind_its_headers() -> None:
    play = played(fault("slow_first_token", delay_s=2), body(b"{", b"}"))
    assert [at_s for at_s, _ in play.steps] == [0.0, 2.0, 2.0, 2.0]


def test_a_refusal_of_the_providers_own_is_not_slowed() -> None:
    refused = [BUSY, *body(b"{}")[1:]]
    assert played(fault("slow_first_token", delay_s=2), refused).end_s == 0
    assert attested(fault("slow_first_token", delay_s=2), refused) == []


def test_no_delay_is_no_touch() -> None:
    assert attested(fault("slow_first_token", delay_s=0), stream(1)) == []


def test_an_answer_without_any_token_passes() -> None:
    honest: list[Step] = [EVENT_STREAM, OPENING, End()]
    assert said(played(fault("slow_first_token", delay_s=2), honest)) == honest
    assert attested(fault("slow_first_token", delay_s=2), honest) == []


def test_it_may_be_waited_for_before_any_event() -> None:
    play = played(fault("slow_first_token", delay_s=2, at="after_headers"), stream(1))
    assert play.steps[:2] == [(0.0, EVENT_STREAM), (2.0, OPENING)]
    assert said(play) == stream(1)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"at": "after_finish"}, "behind every token"),
        ({"at": "after_role", "headers_first": False}, "leaves nothing to be after_role"),
    ],
)
def test_there_is_no_first_token_elsewhere(wrong: dict[str, object], match: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=match):
        fault("slow_first_token", delay_s=2, **wrong)
