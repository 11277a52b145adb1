"""What went wrong is kept; of the rest the same share each time."""

from telemetry.assembly import Assembly
from telemetry.exchange import Exchange
from telemetry.exporting.sampling import draw, is_kept
from telemetry.outcome import Outcome
from tests.telemetry.scenes import BIG_NS, TAG, failover


def exchange(number: int, outcome: Outcome = Outcome.OK) -> Exchange:
    return Exchange(
        number=number,
        trace_id="",
        replica=0,
        planned_ns=0,
        dispatched_ns=0,
        prompt_tokens=0,
        output_tokens=0,
        end_ns=1,
        outcome=outcome,
    )


def test_a_smaller_share_keeps_fewer_of_the_same() -> None:
    tenth = {n for n in range(2000) if is_kept(exchange(n), TAG, 0.1)}
    half = {n for n in range(2000) if is_kept(exchange(n), TAG, 0.5)}
    assert tenth < half
    assert 150 < len(tenth) < 250
    assert draw(TAG, 1) != draw("00000001", 1)


def test_what_failed_or_failed_over_is_kept() -> None:
    assembly = Assembly()
    for name, rows in failover(0, BIG_NS).items():
        assembly.take_all((name, row) for row in rows)
    (touched,) = assembly.record(TAG).exchanges
    assert is_kept(touched, TAG, 0.0)
    assert is_kept(exchange(1, Outcome.SERVER_ERROR), TAG, 0.0)
    assert not is_kept(exchange(1), TAG, 0.0)
