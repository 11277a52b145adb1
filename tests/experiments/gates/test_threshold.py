import pytest

from experiments.gate import GateError, parse_gate
from experiments.gates.threshold import Threshold
from telemetry.figure import Scope
from tests.telemetry.synthetic import evidence, failed_over


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("failover_time <= 5 s", 5.0),
        ("failover_time <= 5000 ms", 5.0),
        ("failover_time <= 0.5 min", 30.0),
        ("failover_time <= 0", 0.0),
        ("user_errors <= 1 %", 1.0),
        ("user_errors <= 0", 0.0),
        ("amplification <= 1.3", 1.3),
        ("amplification <= 1.3 x", 1.3),
        ("leakage_per_minute <= 30 /min", 30.0),
        ("wasted_tokens <= 100 tokens", 100.0),
        ("flaps == 0", 0.0),
        ("latency_penalty (fault) <= -5 ms", -0.005),
        ("stuck <= .5", 0.5),
    ],
)
def test_a_limit_is_kept_in_the_metrics_own_unit(text: str, limit: float) -> None:
    gate = parse_gate(text)
    assert isinstance(gate, Threshold)
    assert gate.limit == limit


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("failover_time <= 5", "failover_time is measured in s, the unit is missing; write 5 s"),
        ("user_errors <= 0.01", "the unit is missing; write 0.01 %"),
        ("failover_time <= 5 %", "failover_time is measured in s, not '%'; write 5 s"),
        ("user_errors <= 1 s", "user_errors is measured in %, not 's'; write 1 %"),
        ("flaps <= 1 s", "flaps is measured in changes, not 's'; write 1 changes"),
    ],
)
def test_a_unit_that_is_wrong_or_missing_is_not_guessed(text: str, message: str) -> None:
    with pytest.raises(GateError) as error:
        parse_gate(text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["user_errors <= 100 %", "user_errors < 100.1 %", "leakage >= 0 %", "leakage > -1 %"],
)
def test_a_share_that_nothing_could_miss_is_refused(text: str) -> None:
    with pytest.raises(GateError, match="lies between 0 and 100 %: it could never miss this"):
        parse_gate(text)


@pytest.mark.parametrize("text", ["user_errors < 100 %", "leakage > 0 %", "leakage == 100 %"])
def test_a_share_that_could_be_missed_is_read(text: str) -> None:
    assert parse_gate(text).text == text


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("time_to_first_token p50 <= 1 s", 5),
        ("time_to_first_token p95 <= 1 s", 59),
        ("time_to_first_token p99 <= 1 s", 299),
        ("failover_delay max <= 1 s", 1),
        ("user_errors <= 1 %", 299),
        ("user_errors <= 0.1 %", 299),
        ("user_errors <= 5 %", 59),
        ("trace_continuity >= 99 %", 299),
        ("silent_failures == 0", 299),
        ("failover_time <= 5 s", 20),
        ("recovery_time <= 5 s", 59),
        ("amplification <= 2", 1),
    ],
)
def test_a_limit_decides_how_many_samples_are_needed(text: str, samples: int) -> None:
    assert parse_gate(text).required_samples == samples


def test_it_reads_its_figure_and_its_limit() -> None:
    seen = evidence([failed_over(0, 21.0, took=0.5)])
    reading = parse_gate("failover_delay (fault) <= 500 ms").look(seen, Scope(phase="fault"))
    assert (reading.figure.value, reading.limit, reading.samples) == (0.7, 0.5, 1)


def test_for_a_lower_limit_the_least_are_the_worst() -> None:
    exchanges = [failed_over(i, 21.0 + i, took=i / 10) for i in range(3)]
    seen = evidence(exchanges)
    reading = parse_gate("attempts min (fault) >= 1").look(seen, Scope(phase="fault"))
    assert reading.figure.value == 2
    assert len(reading.figure.worst) == 3
