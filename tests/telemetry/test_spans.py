from typing import Any

import pytest
from msgspec.structs import replace

from telemetry import names
from telemetry.assembly import Assembly
from telemetry.identity import attempt_span_id, trace_id
from telemetry.join import join
from telemetry.outcome import Outcome
from telemetry.rows import AnyRow, Event
from telemetry.run_spans import Injected
from telemetry.span_attributes import ProviderRequest, Served
from telemetry.span_fact import SpanFact
from telemetry.spans import Described, SpanMaker
from tests.telemetry import test_behind_gateway as behind
from tests.telemetry.scenes import (
    BIG_NS,
    CLOCK,
    MS,
    TAG,
    Spools,
    begun,
    ended,
    failover,
    finished,
    hop_of,
    numbered,
    opened,
    planned,
)

ENDPOINTS = {
    "azure": Served("azure.ai.openai", "gpt-4o", "swedencentral"),
    "vertex": Served("gcp.vertex_ai", "gemini-2.5-flash"),
}
TRACE = trace_id(TAG, 1)
REQUEST = ProviderRequest(
    at_ns=BIG_NS + 5 * MS, end_ns=BIG_NS + 6 * MS, status=200, tokens=8, ended="complete"
)
DESCRIBED = Described(
    endpoints=ENDPOINTS,
    injected={"outage": Injected("http_error", '{"status":503}')},
    title="Azure goes down",
)


Scalar = str | int | float | bool | None
LEVELS = {
    "chat": "exchange",
    "attempt": "attempt",
    "proxy": "hop",
    "stand-in": "stand-in",
    "crosswind": "run",
    "phase": "phase",
    "fault": "window",
}


def happenings() -> list[AnyRow]:
    """Return a run's phases and its one fault window, around the failover of the scenes."""
    phase: dict[str, Scalar] = {"start_ns": BIG_NS - MS, "end_ns": BIG_NS + 50 * MS}
    window: dict[str, Scalar] = {
        "group": "outage",
        "endpoints": "azure",
        "share": 1.0,
        "listener": False,
    }
    return [
        Event(name="phase", at_ns=BIG_NS + 50 * MS, subject="fault", facts=phase),
        Event(name="window_start", at_ns=BIG_NS, subject="outage", facts=window),
        Event(name="window_end", at_ns=BIG_NS + 40 * MS, subject="outage", facts=window),
    ]


def spans_of(spools: Spools, described: Described = DESCRIBED) -> list[SpanFact]:
    spools.setdefault("conductor-0", [opened("conductor")])
    assembly = Assembly()
    for name, rows in numbered(spools).items():
        assembly.take_all((name, row) for row in rows)
    return list(SpanMaker(assembly.record(TAG), described).spans())


@pytest.fixture(name="spans")
def failover_spans() -> list[SpanFact]:
    return spans_of(failover(1, BIG_NS))


def test_one_trace_holds_the_exchange_its_attempts_and_their_hops(spans: list[SpanFact]) -> None:
    root, first, first_hop, second, second_hop = spans
    assert {span.trace_id for span in spans} == {TRACE}
    assert [span.name for span in spans] == [
        "chat gemini-2.5-flash",
        "attempt azure",
        "proxy azure",
        "attempt vertex",
        "proxy vertex",
    ]
    assert [span.kind for span in spans] == ["CLIENT", "CLIENT", "SERVER", "CLIENT", "SERVER"]
    assert root.parent_span_id == ""
    assert first.parent_span_id == second.parent_span_id == root.span_id
    assert first.span_id == attempt_span_id(TRACE, 0)
    assert (first_hop.parent_span_id, second_hop.parent_span_id) == (first.span_id, second.span_id)
    assert len({span.span_id for span in spans}) == 5


def test_times_are_wall_time_and_the_root_starts_with_the_dispatch(spans: list[SpanFact]) -> None:
    root, first, first_hop, *_ = spans
    assert root.start_ns == CLOCK.wall_ns + MS
    assert root.end_ns == CLOCK.wall_ns + 20 * MS
    assert root.attributes[names.EXCHANGE_PLANNED] == CLOCK.wall_ns
    assert root.attributes[names.EXCHANGE_LATENESS] == 1
    assert (first.start_ns, first.end_ns) == (CLOCK.wall_ns + MS, CLOCK.wall_ns + 4 * MS)
    assert first.start_ns < first_hop.start_ns < first_hop.end_ns < first.end_ns


def test_the_exchange_tells_what_the_user_got(spans: list[SpanFact]) -> None:
    root = spans[0]
    expected: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.vertex_ai",
        "gen_ai.request.model": "gemini-2.5-flash",
        "gen_ai.request.stream": True,
        "gen_ai.response.model": "gpt-4o-2024",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.response.time_to_first_chunk": 0.012,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 8,
        "crosswind.exchange.served_by": "vertex",
        "crosswind.exchange.attempts": 2,
        "crosswind.exchange.failed_over": True,
        "crosswind.exchange.touched": True,
        "crosswind.exchange.time_to_first_token_ms": 14,
        "crosswind.exchange.failover_delay_ms": 13,
    }
    assert root.attributes.items() >= expected.items()
    assert root.error == ""
    assert names.ERROR_TYPE not in root.attributes


def test_a_failed_attempt_tells_its_error_and_its_fault(spans: list[SpanFact]) -> None:
    _, first, first_hop, second, second_hop = spans
    assert first.error == first.attributes[names.ERROR_TYPE] == "server_error"
    assert names.RESEND_COUNT not in first.attributes
    for touched in (first, first_hop):
        assert touched.attributes[names.FAULT_ID] == "outage"
        assert touched.attributes[names.FAULT_KIND] == "http_error"
        assert touched.attributes[names.FAULT_PARAMETERS] == '{"status":503}'
        assert touched.attributes[names.CLOUD_REGION] == "swedencentral"
        assert touched.attributes[names.FAULT_ACTION] == "answered"
        assert names.FAULT_IDS not in touched.attributes
    assert first_hop.attributes[names.HTTP_STATUS] == 503
    assert first_hop.error == first_hop.attributes[names.ERROR_TYPE] == "503"
    assert second.attributes[names.RESEND_COUNT] == 1
    assert second.attributes[names.ATTEMPT_TIME_TO_FIRST_TOKEN] == 9
    assert second.error == second_hop.error == ""
    assert names.CLOUD_REGION not in second.attributes
    assert names.FAULT_ID not in second.attributes


def test_an_exchange_in_flight_ends_with_what_is_last_known() -> None:
    first = begun(1, 0, "azure", BIG_NS + MS)
    root, attempt, hop = spans_of(
        {"worker-0": [planned(1, BIG_NS), first], "injector-0": [hop_of(1, first)]}
    )
    assert root.error == attempt.error == hop.error == "unfinished"
    assert root.end_ns == hop.end_ns == CLOCK.wall_ns + MS + MS // 2


def test_an_exchange_that_no_endpoint_was_asked_for_is_a_span_too() -> None:
    rows: list[AnyRow] = [planned(1, BIG_NS), ended(1, BIG_NS + 2 * MS, Outcome.NO_ENDPOINT)]
    (root,) = spans_of({"worker-0": rows})
    assert (root.name, root.error) == ("chat", "no_endpoint")
    assert names.PROVIDER_NAME not in root.attributes


def test_a_refused_attempt_shows_the_fault_that_no_proxy_saw() -> None:
    event = Event(name="listener_closed", at_ns=BIG_NS, subject="azure", facts={"fault": "down"})
    rows: list[AnyRow] = [
        planned(1, BIG_NS),
        begun(1, 0, "azure", BIG_NS + MS),
        finished(1, 0, BIG_NS + 2 * MS, Outcome.CONNECT_REFUSED),
    ]
    _, attempt = spans_of({"worker-0": rows, "injector-0": [event]})
    assert attempt.attributes[names.FAULT_ID] == "down"
    assert attempt.attributes[names.FAULT_ACTION] == "refused"
    assert names.FAULT_KIND not in attempt.attributes


def test_what_a_stand_in_logged_is_a_span_below_the_proxys() -> None:
    requests = {(TRACE, attempt_span_id(TRACE, 1)): REQUEST}
    *_, hop, logged = spans_of(failover(1, BIG_NS), replace(DESCRIBED, requests=requests))
    assert (logged.name, logged.kind, logged.error) == ("stand-in vertex", "SERVER", "")
    assert logged.parent_span_id == hop.span_id
    assert (logged.start_ns, logged.end_ns) == (CLOCK.wall_ns + 5 * MS, CLOCK.wall_ns + 6 * MS)
    assert logged.attributes[names.STAND_IN_TOKENS] == 8


def test_a_stand_in_that_refused_has_an_error() -> None:
    refused = replace(REQUEST, status=503, ended="refused")
    requests = {(TRACE, attempt_span_id(TRACE, 1)): refused}
    *_, logged = spans_of(failover(1, BIG_NS), replace(DESCRIBED, requests=requests))
    assert logged.error == logged.attributes[names.ERROR_TYPE] == "503"


def test_no_span_carries_a_name_that_is_not_in_the_table() -> None:
    known = {name.name: name.on.split(", ") for name in names.TABLE if name.kind == "attribute"}
    requests = {(TRACE, attempt_span_id(TRACE, 1)): REQUEST}
    spools = {**failover(1, BIG_NS), "conductor-0": [opened("conductor"), *happenings()]}
    seen = set()
    for span in spans_of(spools, replace(DESCRIBED, requests=requests)):
        level = LEVELS[span.name.split()[0]]
        seen.add(level)
        for attribute in span.attributes:
            assert level in known[attribute], (attribute, level)
    assert seen == set(LEVELS.values())


@pytest.mark.parametrize("parent", ["", "2" * 16])
def test_behind_a_gateway_its_own_spans_have_a_place(parent: str) -> None:
    record = join(behind.tables(behind.REFUSED, behind.ANSWERED, parent=parent))
    root, front, *rest = SpanMaker(record, DESCRIBED).spans()
    assert [span.name for span in rest] == [
        "attempt azure",
        "proxy azure",
        "attempt vertex",
        "proxy vertex",
    ]
    assert (front.name, front.span_id) == ("attempt gateway", behind.FRONT.span_id)
    assert front.parent_span_id == root.span_id
    # Without a word of the gateway's, its attempts lie below the request that it got.
    assert {rest[0].parent_span_id, rest[2].parent_span_id} == {parent or front.span_id}
    assert [rest[1].parent_span_id, rest[3].parent_span_id] == [rest[0].span_id, rest[2].span_id]
    assert len({span.span_id for span in (root, front, *rest)}) == 6
