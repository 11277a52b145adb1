import pytest

from telemetry import identity


def test_a_trace_id_carries_the_run_and_the_exchange() -> None:
    trace = identity.trace_id("a1b2c3d4", 258)
    assert len(trace) == 32
    assert trace.startswith("a1b2c3d400000102")
    assert identity.exchange_number(trace) == 258


def test_the_same_exchange_has_the_same_ids_in_every_process() -> None:
    trace = identity.trace_id("a1b2c3d4", 7)
    assert trace == identity.trace_id("a1b2c3d4", 7)
    assert identity.attempt_span_id(trace, 0) == identity.attempt_span_id(trace, 0)
    assert identity.attempt_span_id(trace, 0) != identity.attempt_span_id(trace, 1)


def test_a_traceparent_reads_back() -> None:
    trace = identity.trace_id("a1b2c3d4", 7)
    span = identity.attempt_span_id(trace, 1)
    parent = identity.parse_traceparent(identity.traceparent(trace, span))
    assert parent == identity.Parent(trace, span)
    assert (parent.run_tag, parent.exchange) == ("a1b2c3d4", 7)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00-abc-def-01",
        "ff-" + "a" * 32 + "-" + "b" * 16 + "-01",
        "00-" + "0" * 32 + "-" + "b" * 16 + "-01",
        "00-" + "a" * 32 + "-" + "0" * 16 + "-01",
        "00-" + "g" * 32 + "-" + "b" * 16 + "-01",
    ],
)
def test_what_is_no_traceparent_is_refused(value: str) -> None:
    assert identity.parse_traceparent(value) is None


def test_the_attempt_key_is_found_among_other_states() -> None:
    assert identity.parse_attempt_key(identity.tracestate(3)) == 3
    assert identity.parse_attempt_key("vendor=x, crosswind=2") == 2
    assert identity.parse_attempt_key("vendor=x") is None
    assert identity.parse_attempt_key("crosswind=x") is None


def test_canaries_are_the_last_exchange_numbers() -> None:
    assert identity.is_canary(0xFFFF_FFFF)
    assert not identity.is_canary(1_000_000)
