import msgspec
import pytest

from faults.steps import Head, Resend, Reset, Step
from tests.faults.honest import BUSY, attested, body, fault, play, played, said, stream

TWICE = fault("dedup_replay", replays=2)


@pytest.mark.parametrize("honest", [stream(3), body(b"{}"), [BUSY, *body(b"no")[1:]]])
def test_the_answer_is_as_it_was_and_the_request_is_sent_again_behind_its_head(
    honest: list[Step],
) -> None:
    told = said(played(TWICE, honest))
    assert [step for step in told if step != Resend(times=2)] == honest
    assert isinstance(told[0], Head)
    assert told[1] == Resend(times=2)
    assert attested(TWICE, honest) == ["replayed"]


def test_what_has_no_answer_is_not_sent_again() -> None:
    assert said(played(TWICE, [Reset()])) == [Reset()]
    assert attested(TWICE, [Reset()]) == []


def test_it_is_no_part_of_an_answer_that_another_fault_could_change() -> None:
    result, marks = play([fault("token_drop", every=1), TWICE], stream(2))
    assert [type(step) for step in said(result)].count(Resend) == 1
    assert marks == [("1", "replayed"), ("0", "withheld")]


@pytest.mark.parametrize("replays", [0, 6])
def test_never_and_more_often_than_a_few_times_is_refused(replays: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("dedup_replay", replays=replays)
