import pytest

from faults.steps import End, Event, Step
from tests.faults.honest import BUSY, EVENT_STREAM, attested, body, fault, played, said, stream


@pytest.mark.parametrize("after_tokens", [0, 1, 2])
def test_the_stream_ends_in_good_form_instead_of_the_next_token(after_tokens: int) -> None:
    play = played(fault("stream_truncate", after_tokens=after_tokens), stream(3))
    assert said(play) == [*stream(3)[: 2 + after_tokens], End()]
    assert attested(fault("stream_truncate", after_tokens=after_tokens), stream(3)) == ["truncated"]


def test_after_the_last_token_only_the_finish_reason_and_what_follows_are_lost() -> None:
    play = played(fault("stream_truncate", after_tokens=3), stream(3))
    assert said(play) == [*stream(3)[:5], End()]


def test_a_token_that_brings_the_finish_reason_itself_completes_the_answer() -> None:
    last = Event(data=b"data: bye\n\n", tokens=1, finish=True)
    honest: list[Step] = [EVENT_STREAM, last, End()]
    assert said(played(fault("stream_truncate", after_tokens=1), honest)) == honest
    assert said(played(fault("stream_truncate", after_tokens=0), honest)) == [EVENT_STREAM, End()]


def test_an_event_of_several_tokens_that_would_go_beyond_is_lost_whole() -> None:
    honest: list[Step] = [EVENT_STREAM, Event(data=b"data: many\n\n", tokens=3), End()]
    assert said(played(fault("stream_truncate", after_tokens=2), honest)) == [EVENT_STREAM, End()]


def test_a_body_that_is_no_stream_is_lost_whole_however_it_is_cut() -> None:
    for honest in (body(b"{}"), body(b"{", b"}"), body(b"", b"{", b"}")):
        empty = [step for step in said(played(fault("stream_truncate"), honest)) if _has_data(step)]
        assert empty == []


def test_a_refusal_of_the_providers_own_passes() -> None:
    refused = [BUSY, *body(b"{}")[1:]]
    assert attested(fault("stream_truncate"), refused) == []


def _has_data(step: Step) -> bool:
    return isinstance(step, Event) and bool(step.data)
