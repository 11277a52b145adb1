import itertools
from random import Random

import msgspec
import pytest

from faults.circumstances import Circumstances
from faults.library.packet_loss import SEGMENT_BYTES, stall_ticks
from faults.rehearse import Play, rehearse
from faults.steps import Step
from tests.faults.honest import PlainDialect, attested, body, fault, said, stream


def lossy(rate: float, burst: float, honest: list[Step], seed: int = 1) -> Play:
    one = fault("packet_loss", rate=rate, burst=burst)
    return rehearse(one.script_in(Circumstances(Random(seed)), PlainDialect()), honest)


def stalls_ticks(play: Play) -> list[int]:
    times = [0.0, *(at_s for at_s, _ in play.steps)]
    gaps = [round((after - before) * 1024) for before, after in itertools.pairwise(times)]
    return [gap for gap in gaps if gap]


def test_a_stall_is_a_timeout_of_200_ms_and_twice_as_long_each_further_time() -> None:
    assert [round(stall_ticks(n) / 1024, 1) for n in range(6)] == [0.0, 0.2, 0.6, 1.4, 3.0, 6.2]


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_so_many_events_stall_and_all_come(rate: float) -> None:
    honest = stream(5000)
    play = lossy(rate, 1.0, honest)
    assert said(play) == honest
    stalls = stalls_ticks(play)
    assert set(stalls) == {stall_ticks(1)}
    assert 0.85 * rate < len(stalls) / 5000 < 1.15 * rate


def test_in_a_burst_retransmissions_are_lost_too() -> None:
    lengths = {stall_ticks(n): n for n in range(1, 9)}
    losses = [lengths[stall] for stall in stalls_ticks(lossy(0.2, 2.0, stream(10_000)))]
    assert 1.9 < sum(losses) / len(losses) < 2.1
    assert max(losses) <= 8


def test_a_long_piece_is_many_segments() -> None:
    one, many = body(b"x" * SEGMENT_BYTES), body(b"x" * SEGMENT_BYTES * 2000)
    assert lossy(0.1, 1.0, one).end_s <= 2 * stall_ticks(1) / 1024
    assert 30 < lossy(0.1, 1.0, many).end_s < 50


def test_the_dice_decide_which() -> None:
    plays = [lossy(0.1, 1.0, stream(100), seed) for seed in (1, 1, 2)]
    assert plays[0] == plays[1] != plays[2]


def test_without_loss_nobody_is_touched_and_more_than_all_cannot_be_lost() -> None:
    assert attested(fault("packet_loss", rate=0), stream(9)) == []
    with pytest.raises(msgspec.ValidationError):
        fault("packet_loss", rate=1.1)
