"""Stream faults at named places, in every new way, at the socket: the bytes, and where they end."""

import time
from collections.abc import Iterator

import pytest

from providers.sse import EventSplitter
from providers.words import numbers_in
from telemetry.rows import Event, FaultTouched
from tests.live.proxied import Provider, Proxy, always, answers, proxied
from tests.live.said import STREAM, chunked, dechunk, new_span, request
from tests.live.two_clouds import DIALECTS, WHOLE, Call, Reference, broken

pytestmark = pytest.mark.live

PLACES = ["after_headers", "after_prompt_filter", "after_role", "after_finish"]
OVERSIZE = 200_000
STALL_S = 0.5
FAULTS: dict[str, Reference] = {
    **{f"reset-{at}": {"stream_reset": {"at": at}} for at in PLACES},
    "reset-event": {"stream_reset": {"after_events": 4}},
    "hum": {"stream_stall": {"after_tokens": 2, "seconds": STALL_S, "keepalive": True}},
    "split": {"stream_malformed_event": {"after_tokens": 2, "kind": "split_utf8"}},
    "oversize": {
        "stream_malformed_event": {"kind": "oversize", "size_bytes": OVERSIZE, "after_tokens": 2}
    },
    **{
        kind: {"stream_malformed_event": {"after_tokens": 2, "kind": kind}}
        for kind in ("crlf", "bom", "duplicate_event", "reorder")
    },
    "scramble": {"token_scramble": {"every": 3}},
}
FAULTS["hum"]["stream_stall"]["keepalive_interval_s"] = 0.1
EACH = pytest.mark.parametrize("cloud", DIALECTS)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with broken(tmp_path_factory.mktemp("broken"), FAULTS) as proxy:
        yield proxy


def events_in(received: bytes) -> list[bytes]:
    """The whole events of an answer that broke off between two chunks."""
    chunks, _ = dechunk(received.partition(b"\r\n\r\n")[2] + b"0\r\n\r\n")
    return EventSplitter().feed(b"".join(chunks))


@pytest.mark.parametrize(
    ("cloud", "place", "events"),
    [
        ("azure", "after_headers", 0),
        ("azure", "after_prompt_filter", 1),
        ("azure", "after_role", 2),
        ("azure", "after_finish", 9),
        ("vertex", "after_headers", 0),
        ("vertex", "after_role", 1),
        ("vertex", "after_finish", 7),
        ("azure", "event", 4),
        ("vertex", "event", 4),
    ],
)
def test_a_reset_comes_behind_exactly_so_many_events(
    proxy: Proxy, cloud: str, place: str, events: int
) -> None:
    call = Call(proxy, cloud, f"reset-{place}")
    received = call.line.read_to_reset()
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(events_in(received)) == events
    assert (call.hop().ending, call.touch().action) == ("reset", "reset")


def test_a_place_that_a_provider_has_not_is_never_reached(proxy: Proxy) -> None:
    call = Call(proxy, "vertex", "reset-after_prompt_filter")
    assert numbers_in(call.text(call.events())) == WHOLE


@EACH
def test_comments_come_while_a_stream_stalls_and_every_token_after(
    proxy: Proxy, cloud: str
) -> None:
    began = time.monotonic()
    call = Call(proxy, cloud, "hum")
    told = call.events()
    assert time.monotonic() - began >= STALL_S
    first = told.index(b": keep-alive\n\n")
    assert told[first : first + 4] == [b": keep-alive\n\n"] * 4
    assert numbers_in(call.text(told[:first])) == WHOLE[:2]
    assert numbers_in(call.text(told)) == WHOLE
    assert (call.hop().ending, call.touch().action) == ("complete", "delayed")


@EACH
def test_a_character_comes_in_two_segments(proxy: Proxy, cloud: str) -> None:
    call = Call(proxy, cloud, "split")
    received = call.line.read_until(b"\xc3")
    assert b"\xa9" not in received.rpartition(b"\xc3")[2]
    whole = call.line.read_until(b"\xa9")
    chunks, _ = dechunk(whole.partition(b"\r\n\r\n")[2].rpartition(b"\r\n")[0] + b"\r\n0\r\n\r\n")
    assert sum(piece.endswith(b"\xc3") for piece in chunks) == 1


@EACH
def test_an_oversize_event_says_what_it_would(proxy: Proxy, cloud: str) -> None:
    call = Call(proxy, cloud, "oversize")
    told = call.events()
    assert max(map(len, told)) > OVERSIZE
    assert numbers_in(call.text(told)) == WHOLE


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("crlf", WHOLE),
        ("bom", [0, 1, 3, 4, 5]),
        ("duplicate_event", [0, 1, 2, 2, 3, 4, 5]),
        ("reorder", [0, 1, 3, 2, 4, 5]),
        ("scramble", [0, 1, 7, 3, 4, 0]),
    ],
)
@EACH
def test_what_a_client_reads_of_events_that_are_not_as_they_were(
    proxy: Proxy, cloud: str, kind: str, numbers: list[int]
) -> None:
    call = Call(proxy, cloud, kind)
    told = call.events()
    assert numbers_in(call.text(told)) == numbers
    ends = {event.endswith(b"\r\n\r\n") for event in told}
    assert len(ends) == (2 if kind == "crlf" else 1)


CALLED = (
    b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"call_1","function":'
    b'{"name":"weather","arguments":"{}"}}]}}]}\n\n'
)
SAID = b'data: {"choices":[{"delta":{"content":"0 "}}]}\n\n'
DONE = b"data: [DONE]\n\n"


def test_a_tool_call_is_spoilt_and_an_answer_without_one_is_on_record_as_no_case_for_it() -> None:
    rule = always("tools", {"tool_call_corrupt": {}}, "azure")
    with Provider() as provider, proxied(provider.port, rules=(rule,)) as proxy:
        for told, expected in ((CALLED, CALLED.replace(b'"{}"', b'"{"')), (SAID, SAID)):
            provider.expect(answers(STREAM + chunked([told, DONE])))
            line = proxy.connect()
            line.send(request(b"{}", span=new_span()))
            line.read_until(b"0\r\n\r\n")
            assert dechunk(line.received.partition(b"\r\n\r\n")[2])[0] == [expected, DONE]
        touch = proxy.await_row(lambda row: isinstance(row, FaultTouched))
        spared = proxy.await_row(
            lambda row: isinstance(row, Event) and row.name == "fault_not_applicable"
        )
        assert len(proxy.touches()) == len(proxy.events("fault_not_applicable")) == 1
    assert isinstance(touch, FaultTouched)
    assert isinstance(spared, Event)
    assert (touch.action, spared.subject) == ("answered", "tools")
    assert "no tool call" in str(spared.facts["reason"])
    assert touch.hop != spared.facts["hop"]
