"""Stand-ins answer over real sockets as their dialects, quotas and capacity say."""

import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from providers.config import StandIn, StandInListener
from providers.dialect import Dialect, Question
from providers.dialects.azure_openai import AzureOpenAI
from providers.dialects.vertex_gemini import VertexGemini
from providers.http1 import AnswerReader, request_bytes
from providers.sse import EventSplitter, event_data
from providers.words import numbers_in
from telemetry import identity, leash
from tests.live.stand_ins import FAST, SLOW, StandInProcess, azure, vertex

pytestmark = pytest.mark.live

AZURE = AzureOpenAI()
VERTEX = VertexGemini(project="rehearsal")
Starter = Callable[..., StandInProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Return what starts stand-ins; whatever was started is gone afterwards."""
    started: list[StandInProcess] = []

    def starter(*listeners: StandInListener) -> StandInProcess:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(StandInProcess(folder, *listeners))
        return started[-1]

    yield starter
    for process in started:
        process.close()


def ask(count: int = 5, *, stream: bool = True, prompt: str = "x" * 40) -> Question:
    return Question(prompt=prompt, max_output_tokens=count, stream=stream)


def text_of(dialect: Dialect, reader: AnswerReader) -> str:
    events = EventSplitter().feed(reader.take_body())
    return "".join(dialect.read_event(event_data(event) or b"").text for event in events)


def test_both_clouds_say_the_same_numbered_tokens(start: Starter) -> None:
    process = start(azure(StandIn(latency=FAST)), vertex(StandIn(latency=FAST)))
    texts = []
    for dialect, endpoint in ((AZURE, "azure"), (VERTEX, "vertex")):
        client = process.client(endpoint)
        client.ask(dialect, ask(20))
        texts.append(text_of(dialect, client.read()))
    assert texts[0] == texts[1]
    assert numbers_in(texts[0]) == list(range(20))


def test_a_connection_serves_streams_and_whole_answers_in_turn(start: Starter) -> None:
    client = start(azure(StandIn(latency=FAST))).client("azure")
    for stream in (True, False, True):
        client.ask(AZURE, ask(stream=stream))
        reader = client.read()
        assert (reader.status, reader.complete, reader.keep_alive) == (200, True, True)


def test_pipelined_requests_are_answered_in_order(start: Starter) -> None:
    process = start(azure(StandIn(latency=FAST)))
    client = process.client("azure")
    requests = [AZURE.request(ask(count, stream=False), "", "k") for count in (3, 1)]
    last = request_bytes(requests[1], "h", [("Connection", "close")])
    client.send(request_bytes(requests[0], "h") + last)
    first = client.read_until(lambda _: False)
    assert numbers_in(AZURE.read_body(first.take_body()).text) == [0, 1, 2]
    assert [line.tokens for line in process.log("azure", 2)] == [3, 1]


def test_tokens_do_not_come_before_their_time(start: Starter) -> None:
    client = start(vertex(StandIn(latency=SLOW))).client("vertex")
    begin = time.monotonic()
    client.ask(VERTEX, ask(6))
    assert client.read().complete
    assert time.monotonic() - begin >= 0.01 + 5 * 0.05 - 0.005


def test_tokens_do_not_wait_for_the_end(start: Starter) -> None:
    client = start(azure(StandIn(latency=SLOW))).client("azure")
    client.ask(AZURE, ask(1000))
    body = b""

    def both(reader: AnswerReader) -> bool:
        nonlocal body
        body += reader.take_body()
        return b'"1:' in body

    assert not client.read_until(both).complete


def test_the_log_says_who_asked_and_what_was_generated(start: Starter) -> None:
    process = start(azure(StandIn(latency=FAST)))
    client = process.client("azure")
    trace = identity.trace_id("00c0ffee", 3)
    span = identity.attempt_span_id(trace, 1)
    before_ns = time.monotonic_ns()
    client.ask(AZURE, ask(4), ("traceparent", identity.traceparent(trace, span)))
    client.read()
    client.send(b"GET /nowhere HTTP/1.1\r\nhost: h\r\napi-key: k\r\n\r\n")
    client.read()
    complete, refused = process.log("azure", 2)
    assert (complete.trace_id, complete.span_id) == (trace, span)
    assert (complete.status, complete.ended, complete.tokens) == (200, "complete", 4)
    assert complete.prompt_tokens == 10
    assert before_ns <= complete.at_ns <= complete.end_ns <= time.monotonic_ns()
    assert (refused.status, refused.ended, refused.tokens) == (404, "refused", 0)
    assert refused.trace_id is None


@pytest.mark.parametrize("stream", [True, False])
def test_hanging_up_ends_the_generation(start: Starter, *, stream: bool) -> None:
    process = start(azure(StandIn(latency=SLOW)))
    client = process.client("azure")
    client.ask(AZURE, ask(1000, stream=stream))
    if stream:
        client.read_until(lambda reader: b'"0:' in reader.take_body())
    else:
        time.sleep(0.3)
    client.close()
    (line,) = process.log("azure", 1)
    assert line.ended == "client_gone"
    assert line.status == (200 if stream else None)
    assert 1 <= line.tokens < 1000


def test_over_capacity_waits_in_line_and_beyond_is_unavailable(start: Starter) -> None:
    process = start(azure(StandIn(latency=SLOW, capacity=1, queue=1)))
    clients = [process.client("azure") for _ in range(3)]
    clients[0].ask(AZURE, ask(6))
    clients[0].read_until(lambda reader: reader.head_complete)
    clients[1].ask(AZURE, ask(2))
    time.sleep(0.05)
    clients[2].ask(AZURE, ask(2))
    refused = clients[2].read()
    assert refused.status == 503
    assert AZURE.read_error(503, refused.headers, refused.take_body()).code == "ServiceUnavailable"
    assert clients[1].read().status == 200
    first, second = (
        line for line in sorted(process.log("azure", 3), key=lambda line: line.end_ns)[1:]
    )
    assert (first.tokens, second.tokens) == (6, 2)


def test_who_hangs_up_in_line_is_not_answered(start: Starter) -> None:
    process = start(azure(StandIn(latency=SLOW, capacity=1, queue=2)))
    clients = [process.client("azure") for _ in range(3)]
    for client in clients:
        client.ask(AZURE, ask(5))
        time.sleep(0.05)
    clients[1].close()
    assert clients[2].read().complete
    gone = [line for line in process.log("azure", 3) if line.ended == "client_gone"]
    assert [(line.tokens, line.status) for line in gone] == [(0, None)]


def test_a_quota_is_refused_in_each_clouds_own_way(start: Starter) -> None:
    limited = StandIn(latency=FAST, requests_per_minute=1)
    process = start(azure(limited), vertex(limited))
    for dialect, endpoint in ((AZURE, "azure"), (VERTEX, "vertex")):
        client = process.client(endpoint)
        client.ask(dialect, ask(1))
        assert client.read().status == 200
        client.ask(dialect, ask(1))
        refused = client.read()
        assert refused.status == 429
        error = dialect.read_error(429, refused.headers, refused.take_body())
        assert error.retry_after_s is not None
        assert 50 < error.retry_after_s <= 60
        assert ("retry-after-ms" in refused.headers) == (endpoint == "azure")
        assert [line.ended for line in process.log(endpoint, 2)] == ["complete", "refused"]


def test_a_body_may_wait_for_a_100(start: Starter) -> None:
    client = start(azure(StandIn(latency=FAST))).client("azure")
    data = request_bytes(AZURE.request(ask(1), "", "k"), "h", [("Expect", "100-continue")])
    head, _, body = data.partition(b"\r\n\r\n")
    client.send(head + b"\r\n\r\n")
    assert client.receive() == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(body)
    assert client.read().status == 200


def test_bytes_that_are_no_request_end_the_connection(start: Starter) -> None:
    client = start(azure(StandIn(latency=FAST))).client("azure")
    client.send(b"\x16\x03\x01\x02\x00 this is no HTTP")
    reader = client.read()
    assert (reader.status, reader.keep_alive) == (400, False)
    assert client.ended()


def test_a_stop_order_lets_answers_end_and_closes_the_rest(start: Starter) -> None:
    process = start(azure(StandIn(latency=SLOW)))
    busy, idle = process.client("azure"), process.client("azure")
    busy.ask(AZURE, ask(10))
    busy.read_until(lambda reader: reader.head_complete)
    leash.write_order(process.leash, leash.Stop(within_s=10))
    assert idle.ended()
    with pytest.raises(ConnectionRefusedError):
        process.client("azure")
    assert process.process.wait(10) == 0
    (line,) = process.log("azure", 1)
    assert (line.ended, line.tokens) == ("complete", 10)


def test_what_does_not_end_in_time_is_cut_and_logged(start: Starter) -> None:
    process = start(azure(StandIn(latency=SLOW)))
    client = process.client("azure")
    client.ask(AZURE, ask(10_000))
    client.read_until(lambda reader: reader.head_complete)
    leash.write_order(process.leash, leash.Stop(within_s=0.1))
    assert process.process.wait(10) == 0
    (line,) = process.log("azure", 1)
    assert line.ended == "shutdown"
    assert 0 <= line.tokens < 10_000


def test_the_leash_ends_it(start: Starter) -> None:
    process = start(azure(StandIn()))
    process.let_go()
    assert process.process.wait(10) == 0


def test_interrupts_do_not_end_it_but_a_termination_does(start: Starter) -> None:
    process = start(azure(StandIn(latency=FAST)))
    process.process.send_signal(signal.SIGINT)
    client = process.client("azure")
    client.ask(AZURE, ask(1))
    assert client.read().status == 200
    process.process.send_signal(signal.SIGTERM)
    assert process.process.wait(10) == 0


def test_a_port_in_use_is_a_complaint_and_exit_2(start: Starter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(vertex(StandIn()), azure(StandIn(), port=port))
        _, complaint = process.process.communicate(timeout=10)
    assert process.process.returncode == 2
    assert f"azure: cannot listen on 127.0.0.1:{port}: ".encode() in complaint
    assert b"Traceback" not in complaint
    assert process.word == {}


def test_the_same_seed_answers_alike(start: Starter) -> None:
    def answer() -> bytes:
        client = start(azure(StandIn(latency=FAST))).client("azure")
        client.ask(AZURE, ask(8))
        body = client.read().take_body()
        return re.sub(rb'"created":\d+', b"", body)

    assert answer() == answer()
