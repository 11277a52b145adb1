from telemetry.metering.exposition import families, number
from tests.telemetry.sending.readings import EXEMPLAR, READING


def test_a_counter_has_the_name_that_prometheus_gives_it() -> None:
    counter = families(READING)[0]
    assert (counter.name, counter.type) == ("crosswind_attempts", "counter")
    (sample,) = counter.samples
    assert sample.name == "crosswind_attempts_total"
    assert sample.labels == {"crosswind_endpoint": "azure", "crosswind_attempt_resend": "true"}
    assert (sample.value, sample.exemplar) == (7, EXEMPLAR)


def test_a_gauge_without_a_unit_is_a_ratio() -> None:
    gauge = families(READING)[1]
    assert [sample.name for sample in gauge.samples] == ["crosswind_fault_active_ratio"]


def test_buckets_count_all_that_is_not_above_them() -> None:
    histogram = families(READING)[2]
    whole = "crosswind_exchange_time_to_first_token_seconds"
    found = [(s.name.removeprefix(whole), s.labels.get("le"), s.value) for s in histogram.samples]
    assert found == [
        ("_bucket", "0.25", 1),
        ("_bucket", "0.5", 2),
        ("_bucket", "+Inf", 3),
        ("_count", None, 3),
        ("_sum", None, 1.1),
    ]
    assert [s.exemplar for s in histogram.samples] == [None, EXEMPLAR, None, None, None]


def test_a_bound_is_written_as_prometheus_does() -> None:
    assert [number(value) for value in (0.005, 10, float("inf"))] == ["0.005", "10.0", "+Inf"]
