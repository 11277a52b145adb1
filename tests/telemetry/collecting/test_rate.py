import pytest

from telemetry.collecting.limits import Limits
from telemetry.collecting.rate import Rate
from telemetry.collecting.refusal import RefusedError

LIMITS = Limits(spans_per_s=10.0, burst_spans=20)


def wait_at(rate: Rate, now_s: float) -> float | None:
    try:
        rate.admit(now_s)
    except RefusedError as refusal:
        return refusal.retry_after_s
    return None


def test_a_burst_is_taken_and_its_debt_waited_for() -> None:
    rate = Rate(LIMITS, 100.0)
    assert wait_at(rate, 100.0) is None
    rate.charge(50)
    assert wait_at(rate, 100.0) == pytest.approx(3.1)
    assert wait_at(rate, 102.9) is not None
    assert wait_at(rate, 103.1) is None


def test_a_quiet_time_saves_no_more_than_a_burst() -> None:
    rate = Rate(LIMITS, 0.0)
    rate.admit(1_000_000.0)
    rate.charge(20)
    assert wait_at(rate, 1_000_000.0) == pytest.approx(0.1)
