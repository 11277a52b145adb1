"""Exchanges that are read: joined by the mark, observed and limited, and relayed as they came."""

import gzip
from collections.abc import Iterator

import msgspec
import pytest

from faults.config import Limits, Price
from providers.dialect import Question
from providers.http1 import request_bytes
from telemetry.identity import CANARY_FIRST_NUMBER, mark, trace_id
from telemetry.outcome import Outcome
from telemetry.rows import AnyRow, Event, HopBegun, HopEnded
from tests.live.proxied import ERROR, HOLE, Line, Provider, Proxy, always, answers, proxied
from tests.live.said import AZURE, END, OK, STREAM, chunked, events

pytestmark = pytest.mark.live
TAG = "0a0b0c0d"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


def question(prompt: str, *headers: tuple[str, str], coded: bool = False) -> bytes:
    asked = AZURE.request(Question(prompt=prompt, max_output_tokens=8), "", "key")
    if coded:
        asked = msgspec.structs.replace(
            asked,
            body=gzip.compress(asked.body),
            headers=(*asked.headers, ("Content-Encoding", "gzip")),
        )
    return request_bytes(asked, "proxy.test", headers)


def streams(line: Line) -> None:
    line.read_until(b"\r\n\r\n")
    line.send(STREAM + chunked(events(3)))


def hop(proxy: Proxy, **wanted: object) -> tuple[HopBegun, HopEnded]:
    def fits(row: AnyRow) -> bool:
        return isinstance(row, HopBegun) and all(
            getattr(row, name) == value for name, value in wanted.items()
        )

    begun = proxy.await_row(fits)
    assert isinstance(begun, HopBegun)
    return begun, proxy.await_end(lambda row: row.hop == begun.hop)


def test_a_marked_question_joins_its_exchange_and_its_answer_is_read(provider: Provider) -> None:
    with proxied(provider.port, bystanders=False, marks=True, observe=True) as proxy:
        for coded in (False, True):
            provider.expect(streams)
            line = proxy.connect()
            line.send(question(f"hello {mark(TAG, 5)}", coded=coded))
            line.read_until(END)
            assert line.received == STREAM + chunked(events(3))
            begun, ended = hop(proxy, trace_id=trace_id(TAG, 5))
            assert (begun.joined_by, begun.parent_span_id, begun.stream) == ("mark", "", True)
            assert (ended.outcome, ended.tokens, ended.finish_reason) == (Outcome.OK, 3, "stop")
            assert ended.first_token_ns is not None
            assert begun.begin_ns < ended.first_token_ns <= ended.end_ns
            assert b"Accept-Encoding: identity" in provider.lines[0].received


def test_only_the_runs_own_marked_questions_are_faulted(provider: Provider) -> None:
    rule = always("down", ERROR, "azure")
    with proxied(provider.port, bystanders=False, marks=True, observe=True, rules=(rule,)) as proxy:
        answered = {}
        for name, prompt in {
            "own": mark(TAG, 6),
            "stranger": mark("ffffffff", 6),
            "bare": "hello",
            "canary": mark(TAG, CANARY_FIRST_NUMBER),
        }.items():
            provider.expect(streams)
            line = proxy.connect()
            line.send(question(prompt))
            answered[name] = line.read_until(b"\r\n\r\n")[9:12]
        assert answered == {"own": b"503", "stranger": b"200", "bare": b"200", "canary": b"200"}
        (touch,) = proxy.touches()
        assert (touch.trace_id, touch.key_source) == (trace_id(TAG, 6), "content")
        _, ended = hop(proxy, trace_id=trace_id(TAG, 6))
        assert (ended.outcome, ended.asked_upstream) == (Outcome.SERVER_ERROR, False)


def test_repeats_of_one_question_have_one_hash_and_their_retry_count(provider: Provider) -> None:
    with proxied(provider.port, observe=True) as proxy:
        for count in ("0", "1"):
            provider.expect(answers(b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}"))
            line = proxy.connect()
            line.send(question("again", ("x-stainless-retry-count", count)))
            line.read_until(b"{}")
        first, second = (hop(proxy, retry_count=count)[0] for count in (0, 1))
        assert first.body_hash == second.body_hash
        assert len(first.body_hash) == 16


def test_what_asks_no_model_is_relayed_and_has_no_outcome(provider: Provider) -> None:
    with proxied(provider.port, observe=True) as proxy:
        provider.expect(answers(OK))
        line = proxy.connect()
        line.send(b"GET /models HTTP/1.1\r\nHost: x\r\n\r\n")
        line.read_until(b"ok")
        ended = proxy.await_end(lambda row: row.status == 200)
        assert (ended.outcome, ended.ending) == (None, "complete")


def test_a_client_that_leaves_a_held_question_decides_nothing(provider: Provider) -> None:
    rule = always("hole", HOLE, "azure")
    with proxied(provider.port, observe=True, rules=(rule,)) as proxy:
        line = proxy.connect()
        line.send(question("anybody?"))
        proxy.await_row(lambda row: isinstance(row, HopBegun))
        line.close()
        ended = proxy.await_end(lambda row: row.ending == "client_gone")
        assert ended.outcome is None


def test_beyond_a_limit_nobody_asks_the_provider(provider: Provider) -> None:
    with proxied(provider.port, limits=Limits(max_requests=1)) as proxy:
        provider.expect(streams)
        line = proxy.connect()
        line.send(question("one"))
        line.read_until(END)
        line = proxy.connect()
        line.send(question("two"))
        line.read_until(b"max_requests")
        assert line.received.startswith(b"HTTP/1.1 429 ")
        assert b"x-crosswind-refused: max_requests" in line.received
        ended = proxy.await_end(lambda row: row.refused_by == "max_requests")
        assert (ended.asked_upstream, ended.status) == (False, 429)
        assert len(provider.lines) == 1
        said = [word["abort"] for word in proxy.child.words() if "abort" in word]
        assert said == ["max_requests 1 reached"]
        assert proxy.events("limit_reached")


PRICE = Price(prompt_per_million=1_000_000, output_per_million=1_000_000)
"""One unit of money per token."""
PLENTY = Limits(max_requests=100, max_spend=1_000_000)


def spent_at_last(proxy: Proxy) -> float:
    """Wait for the once-a-second report with the attempt in it; return what was spent by then."""

    def settled(row: AnyRow) -> bool:
        if not isinstance(row, Event) or row.name != "spend":
            return False
        return row.facts["requests"] == 1 and row.facts["reserved"] == 0

    row = proxy.await_row(settled)
    assert isinstance(row, Event)
    return float(str(row.facts["spent"]))


@pytest.mark.parametrize(
    "said",
    [
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n",
        b"GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_cannot_be_counted_does_not_pass_limits(provider: Provider, said: bytes) -> None:
    before = len(provider.lines)
    with proxied(provider.port, limits=PLENTY) as proxy:
        line = proxy.connect()
        line.send(said)
        assert line.read_to_reset() == b""
        ended = proxy.await_end(lambda row: row.ending == "reset")
        assert not ended.asked_upstream
    assert len(provider.lines) == before


@pytest.mark.parametrize("body", [b"\n {}", b"[]", b"\x28\xb5\x2f\xfd", b"--form"])
def test_a_body_that_is_no_plain_question_counts_too(provider: Provider, body: bytes) -> None:
    with proxied(provider.port, limits=Limits(max_requests=1)) as proxy:
        for expected in (b"200", b"429"):
            provider.expect(answers(OK))
            line = proxy.connect()
            line.send(b"POST /x HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            assert line.read_until(b"\r\n\r\n")[9:12] == expected


def test_an_answer_that_a_fault_made_up_does_not_say_what_was_billed(provider: Provider) -> None:
    empty = always("empty", {"empty_response": {}}, "azure")
    with proxied(provider.port, limits=PLENTY, price=PRICE, rules=(empty,)) as proxy:
        provider.expect(streams)
        line = proxy.connect()
        line.send(question("x" * 40))
        line.read_until(END)
        assert spent_at_last(proxy) == 10 + 8


def test_an_answer_that_is_only_delayed_is_billed_as_it_says(provider: Provider) -> None:
    late = always("late", {"latency": {"delay_s": 0.01}}, "azure")
    with proxied(provider.port, limits=PLENTY, price=PRICE, rules=(late,)) as proxy:
        provider.expect(streams)
        line = proxy.connect()
        line.send(question("x" * 40))
        line.read_until(END)
        assert spent_at_last(proxy) == 9 + 3


def test_a_client_that_leaves_at_the_last_word_had_the_whole_answer(provider: Provider) -> None:
    def stays_open(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send((STREAM + chunked(events(3))).removesuffix(END))
        line.read_to_end()

    with proxied(provider.port, observe=True) as proxy:
        provider.expect(stays_open)
        line = proxy.connect()
        line.send(question("leaving"))
        line.read_until(b"[DONE]")
        line.close()
        ended = proxy.await_end(lambda row: row.ending == "client_gone")
        assert (ended.outcome, ended.finish_reason) == (Outcome.OK, "stop")
