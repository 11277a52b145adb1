"""What a client gets at the socket while a fault is armed, and what the provider notices of it."""

import gzip
import threading
import time
from collections.abc import Iterator

import pytest

from telemetry.rows import FaultTouched
from tests.live.proxied import Behaviour, Line, Provider, Proxy, always, proxied
from tests.live.said import chunked, dechunk, events, new_span, request

pytestmark = pytest.mark.live

HEAD = b"HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Type: text/event-stream\r\nx-ONE: 2\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
END = b"0\r\n\r\n"
DELAY_S = 0.3
SOME = events(4)[:4]
"""Up to and with the second token: two events open a stream before the first."""
FAULTS: dict[str, dict[str, dict[str, object]]] = {
    "error": {"http_error": {"status": 503}},
    "limited": {"rate_limited": {"retry_after_s": 7}},
    "hole": {"blackhole": {}},
    "slow": {"slow_first_token": {"delay_s": DELAY_S}},
    "late": {"slow_first_token": {"delay_s": DELAY_S, "headers_first": False}},
    "pause": {"stream_stall": {"after_tokens": 2, "seconds": DELAY_S}},
    "stall": {"stream_stall": {"after_tokens": 2}},
    "reset": {"stream_reset": {"after_tokens": 2}},
    "cut": {"stream_truncate": {"after_tokens": 2}},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    rules = tuple(always(name, inject, name) for name, inject in FAULTS.items())
    with proxied(provider.port, endpoints=(*FAULTS, "none"), rules=rules) as proxy:
        yield proxy


def streams(tokens: int, *, cut: int = 10_000, head: bytes = HEAD) -> Behaviour:
    """Answer every request with a stream, in pieces of `cut` bytes."""

    def behave(line: Line) -> None:
        count = 0
        while True:
            count += 1
            line.read_until(b"\r\n\r\n", count)
            answer = head + CHUNKED + b"\r\n" + chunked(events(tokens))
            for at in range(0, len(answer), cut):
                line.send(answer[at : at + cut])

    return behave


def ask(proxy: Proxy, provider: Provider, endpoint: str, behave: Behaviour, asked: bytes) -> Line:
    provider.expect(behave)
    line = proxy.connect(endpoint)
    line.send(asked)
    return line


def touch_of(proxy: Proxy, span: str) -> FaultTouched:
    row = proxy.await_row(lambda row: isinstance(row, FaultTouched) and row.parent_span_id == span)
    assert isinstance(row, FaultTouched)
    return row


def head_and_body(answer: bytes) -> tuple[bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", body


def test_an_error_comes_in_the_providers_own_words_and_the_provider_is_not_asked(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    asked = request(b"{}", span=span)
    line = ask(proxy, provider, "error", streams(3), asked)
    head, body = head_and_body(line.read_until(b"}}"))
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"Content-Length: %d\r\n" % len(body) in head
    assert not provider.lines
    row, touch = proxy.end_of(span), touch_of(proxy, span)
    assert (row.mode, row.ending, row.status, row.asked_upstream) == (
        "script",
        "complete",
        503,
        False,
    )
    assert (touch.fault, touch.action, touch.hop) == ("error", "answered", row.hop)
    assert (touch.key_source, touch.asked_upstream) == ("content", False)


def test_a_connection_goes_on_after_an_error(proxy: Proxy, provider: Provider) -> None:
    line = ask(proxy, provider, "error", streams(3), request(b"{}"))
    line.read_until(b"}}")
    line.send(request(b"{}"))
    assert line.read_until(b"}}", 2).count(b"HTTP/1.1 503") == 2


def test_an_error_ends_the_connection_that_asked_for_its_end(
    proxy: Proxy, provider: Provider
) -> None:
    asked = request(b"{}", headers=b"Connection: close\r\n")
    line = ask(proxy, provider, "error", streams(3), asked)
    assert b"\r\nConnection: close\r\n" in line.read_to_end()


def test_a_client_of_http_1_0_gets_no_chunks(proxy: Proxy, provider: Provider) -> None:
    asked = b"GET / HTTP/1.0\r\nHost: x\r\n\r\n"
    line = ask(proxy, provider, "slow", streams(3), asked)
    head, body = head_and_body(line.read_to_end())
    assert b"Transfer-Encoding" not in head
    assert body == b"".join(events(3))


def test_an_error_to_head_has_no_body(proxy: Proxy, provider: Provider) -> None:
    asked = request(method=b"HEAD", headers=b"Connection: close\r\n")
    line = ask(proxy, provider, "error", streams(3), asked)
    assert head_and_body(line.read_to_end())[1] == b""


def test_a_rate_limit_says_when_to_come_back(proxy: Proxy, provider: Provider) -> None:
    line = ask(proxy, provider, "limited", streams(3), request(b"{}"))
    head = line.read_until(b"\r\n\r\n").lower()
    assert head.startswith(b"http/1.1 429 ")
    assert b"\r\nretry-after: 7\r\n" in head


def test_a_refused_client_may_go_on_sending_its_body(proxy: Proxy, provider: Provider) -> None:
    body = b"x" * 3_000_000
    provider.expect(streams(3))
    line = proxy.connect("error")
    sender = threading.Thread(target=line.send, args=(request(body) + request(b"{}"),))
    sender.start()
    assert line.read_until(b"}}").startswith(b"HTTP/1.1 503")
    sender.join(5)
    assert not sender.is_alive()


def test_a_client_that_expects_100_continue_is_told_to_send_what_decides(
    proxy: Proxy, provider: Provider
) -> None:
    asked = request(b"the body", headers=b"Expect: 100-continue\r\n").removesuffix(b"the body")
    line = ask(proxy, provider, "error", streams(3), asked)
    assert line.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.send(b"the body")
    assert line.read_until(b"}}").count(b"HTTP/1.1 503") == 1


def test_a_blackhole_is_silent_and_sees_its_client_leave(proxy: Proxy, provider: Provider) -> None:
    span = new_span()
    line = ask(proxy, provider, "hole", streams(3), request(b"{}", span=span))
    assert line.silent_for(0.2)
    line.close()
    row = proxy.end_of(span)
    assert (row.ending, row.asked_upstream, row.bytes_out) == ("client_gone", False, 0)
    assert touch_of(proxy, span).action == "withheld"
    assert not provider.lines


def test_a_blackhole_sees_a_client_with_a_large_body_leave(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    line = ask(proxy, provider, "hole", streams(3), request(b"x" * 2_000_000, span=span))
    line.close()
    assert proxy.end_of(span).ending == "client_gone"


def test_a_blackhole_sees_the_reset_of_a_client_that_it_no_longer_reads(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    provider.expect(streams(3))
    line = proxy.connect("hole")
    line.sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        line.send(request(b"x" * 30_000_000, span=span))
    line.reset()
    assert proxy.end_of(span).ending == "client_gone"


@pytest.mark.parametrize("endpoint", ["slow", "late", "pause"])
@pytest.mark.parametrize("cut", [1, 100, 10_000])
def test_a_delay_keeps_every_event_and_comes_no_sooner(
    proxy: Proxy, provider: Provider, endpoint: str, cut: int
) -> None:
    span = new_span()
    began = time.monotonic()
    line = ask(proxy, provider, endpoint, streams(4, cut=cut), request(b"{}", span=span))
    head, body = head_and_body(line.read_until(END))
    assert time.monotonic() - began >= DELAY_S
    assert dechunk(body) == (events(4), b"\r\n")
    assert head == HEAD + CHUNKED + b"\r\n"
    row = proxy.end_of(span)
    assert (row.ending, row.events_out, row.tokens_up) == ("complete", len(events(4)), 4)
    assert row.bytes_out == len(line.received)
    assert touch_of(proxy, span).asked_upstream is (endpoint != "late")


def test_a_slow_first_token_sends_the_head_at_once(proxy: Proxy, provider: Provider) -> None:
    line = ask(proxy, provider, "slow", streams(4), request(b"{}"))
    assert b"harbor" not in line.read_until(b"\r\n\r\n")
    line.read_until(END)


def test_the_provider_is_asked_for_a_body_that_can_be_read(
    proxy: Proxy, provider: Provider
) -> None:
    asked = request(b"{}", headers=b"Accept-Encoding: gzip, br\r\n")
    line = ask(proxy, provider, "slow", streams(2), asked)
    line.read_until(END)
    assert b"\r\nAccept-Encoding: identity\r\n" in provider.lines[0].received
    assert b"gzip" not in provider.lines[0].received


def test_gzip_that_comes_anyway_is_undone(proxy: Proxy, provider: Provider) -> None:
    packed = gzip.compress(b"".join(events(4)))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        for at in range(0, len(packed), 7):
            line.send((head if not at else b"") + packed[at : at + 7])

    line = ask(proxy, provider, "cut", behave, request(b"{}"))
    head, body = head_and_body(line.read_until(END))
    assert dechunk(body)[0] == SOME
    assert head == HEAD + CHUNKED + b"\r\n"


def test_a_coding_that_cannot_be_undone_passes_and_the_row_says_so(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    answer = HEAD + b"Content-Encoding: br\r\nContent-Length: 5\r\n\r\n\x0b\x01\x80a\x03"

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(answer)
        line.read_to_end()

    line = ask(proxy, provider, "cut", behave, request(b"{}", span=span))
    head, body = head_and_body(line.read_until(b"\x03"))
    assert b"Content-Encoding: br\r\n" in head
    assert body.endswith(b"\x0b\x01\x80a\x03") or dechunk(body)[0] == [b"\x0b\x01\x80a\x03"]
    row = proxy.end_of(span)
    assert row.error is not None
    assert "br" in row.error
    assert not [touch for touch in proxy.touches() if touch.hop == row.hop]
    (spared,) = proxy.events("fault_not_applicable")
    assert spared.subject == "cut"
    assert spared.facts["hop"] == row.hop
    assert spared.facts["reason"] == "content-encoding br: no event can be seen"


@pytest.mark.parametrize("cut", [1, 10_000])
def test_a_stall_comes_after_its_token_and_its_client_is_seen_to_leave(
    proxy: Proxy, provider: Provider, cut: int
) -> None:
    span = new_span()
    line = ask(proxy, provider, "stall", streams(4, cut=cut), request(b"{}", span=span))
    _, body = head_and_body(line.read_until(b"1:"))
    while not line.silent_for(0.3):
        pass
    _, body = head_and_body(line.received)
    assert dechunk(body + END)[0] == SOME
    line.close()
    provider.await_gone()
    row = proxy.end_of(span)
    assert (row.ending, row.asked_upstream) == ("client_gone", True)
    assert touch_of(proxy, span).action == "withheld"


@pytest.mark.parametrize("cut", [1, 10_000])
def test_a_reset_comes_as_rst_after_exactly_its_events(
    proxy: Proxy, provider: Provider, cut: int
) -> None:
    span = new_span()
    line = ask(proxy, provider, "reset", streams(4, cut=cut), request(b"{}", span=span))
    _, body = head_and_body(line.read_to_reset())
    assert dechunk(body + END)[0] == SOME
    assert proxy.end_of(span).ending == "reset"
    assert touch_of(proxy, span).action == "reset"
    provider.await_gone()


def test_a_cut_stream_ends_well_formed_without_done_and_its_connection_goes_on(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    line = ask(proxy, provider, "cut", streams(4), request(b"{}", span=span))
    _, body = head_and_body(line.read_until(END))
    assert dechunk(body)[0] == SOME
    assert b"[DONE]" not in body
    line.send(request(b"{}"))
    assert line.read_until(END, 2).count(b"HTTP/1.1 200") == 2
    assert proxy.end_of(span).ending == "complete"
    assert touch_of(proxy, span).action == "truncated"


def test_trailers_are_kept(proxy: Proxy, provider: Provider) -> None:
    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(HEAD + CHUNKED + b"\r\n" + chunked(events(4), b"X-T: 1\r\n"))
        line.read_to_end()

    line = ask(proxy, provider, "pause", behave, request(b"{}"))
    _, body = head_and_body(line.read_until(b"X-T: 1\r\n\r\n"))
    assert dechunk(body) == (events(4), b"X-T: 1\r\n\r\n")


@pytest.mark.parametrize("reset", [True, False], ids=["rst", "fin"])
def test_the_providers_own_broken_end_is_said_after_the_delay(
    proxy: Proxy, provider: Provider, *, reset: bool
) -> None:
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in SOME)

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(HEAD + CHUNKED + b"\r\n" + pieces)
        time.sleep(0.05)
        if reset:
            line.reset()

    line = ask(proxy, provider, "pause", behave, request(b"{}"))
    told = line.read_to_reset() if reset else line.read_to_end()
    assert dechunk(head_and_body(told)[1] + END)[0] == SOME


def test_an_unreachable_provider_is_a_reset_under_a_fault_too() -> None:
    span = new_span()
    rule = always("slow", FAULTS["slow"], "azure")
    with proxied(1, rules=(rule,)) as proxy:
        line = proxy.connect()
        line.send(request(b"{}", span=span))
        assert line.read_to_reset() == b""
        row = proxy.end_of(span)
    assert (row.ending, row.mode) == ("upstream_unreachable", "script")


def test_without_a_fault_a_stream_passes_byte_for_byte(proxy: Proxy, provider: Provider) -> None:
    line = ask(proxy, provider, "none", streams(4, cut=5), request(b"{}"))
    assert line.read_until(END) == HEAD + CHUNKED + b"\r\n" + chunked(events(4))


def test_a_body_that_is_no_stream_is_held_whole(proxy: Proxy, provider: Provider) -> None:
    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n")
        line.send(b'{"a": 42}')
        line.read_to_end()

    line = ask(proxy, provider, "slow", behave, request(b"{}"))
    _, body = head_and_body(line.read_until(END))
    assert b"".join(dechunk(body)[0]) == b'{"a": 42}'


def test_a_wish_for_another_protocol_is_decided_like_any_other(
    proxy: Proxy, provider: Provider
) -> None:
    asked = request(method=b"GET", headers=b"Connection: Upgrade\r\nUpgrade: websocket\r\n")
    line = ask(proxy, provider, "error", streams(1), asked)
    assert line.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 503 ")
    assert not provider.lines


def test_a_client_that_leaves_while_it_is_decided_is_seen(proxy: Proxy, provider: Provider) -> None:
    span = new_span()
    line = ask(proxy, provider, "error", streams(1), request(b"{" * 9, span=span)[:-4])
    line.close()
    row = proxy.end_of(span)
    assert (row.ending, row.asked_upstream, row.mode) == ("client_gone", False, "relay")
