import asyncio
from collections.abc import Callable

from providers.config import Latency, StandIn, StandInListener
from providers.dialect import Question
from providers.dialects.azure_openai import AzureOpenAI
from providers.http1 import AnswerReader, request_bytes
from providers.stand_in_connection import StandInConnection
from providers.stand_in_endpoint import StandInEndpoint

AT_ONCE = Latency(overhead_s=0, per_prompt_token_s=0, token_gap_s=0)
AZURE = AzureOpenAI()


class Wire(asyncio.Transport):
    """A transport that keeps what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True


def asked(count: int, *headers: tuple[str, str]) -> bytes:
    question = Question(prompt="hi", max_output_tokens=count, stream=False)
    return request_bytes(AZURE.request(question, "", "k"), "h", headers)


def run(
    scene: Callable[[StandInEndpoint, StandInConnection, Wire], None],
    latency: Latency = AT_ONCE,
) -> tuple[StandInEndpoint, Wire]:
    """Play a scene on a fresh connection, and give its timers time."""

    async def play() -> tuple[StandInEndpoint, Wire]:
        listener = StandInListener(
            endpoint="azure",
            dialect={"azure-openai": {}},
            stand_in=StandIn(latency=latency, capacity=1),
        )
        endpoint, wire = StandInEndpoint(listener, 1), Wire()
        connection = StandInConnection(endpoint)
        connection.connection_made(wire)
        scene(endpoint, connection, wire)
        await asyncio.sleep(0.02)
        return endpoint, wire

    return asyncio.run(play())


def answers_in(data: bytes) -> int:
    return data.count(b"HTTP/1.1 200 OK\r\n")


def test_requests_of_one_packet_are_answered_one_after_the_other() -> None:
    _, wire = run(lambda _, connection, __: connection.data_received(asked(1) * 5))
    assert answers_in(wire.written) == 5
    assert not wire.closed


def test_a_last_request_closes_and_nothing_after_it_is_answered() -> None:
    last = asked(1, ("Connection", "close"))
    _, wire = run(lambda _, connection, __: connection.data_received(last + asked(1)))
    assert wire.closed
    assert answers_in(wire.written) == 1
    assert b"Connection: close\r\n" in wire.written


def test_who_is_gone_gives_its_place_back() -> None:
    def scene(endpoint: StandInEndpoint, connection: StandInConnection, _: Wire) -> None:
        connection.data_received(asked(1))
        assert endpoint.capacity.share == 1.0
        connection.connection_lost(None)

    endpoint, wire = run(scene, Latency(overhead_s=9))
    assert endpoint.capacity.share == 0.0
    assert endpoint.clients == set()
    assert wire.written == b""


def test_a_request_cut_in_two_is_answered_when_it_is_whole() -> None:
    data = asked(1)

    def scene(_: StandInEndpoint, connection: StandInConnection, __: Wire) -> None:
        connection.data_received(data[:50])
        assert not connection.busy
        connection.data_received(data[50:])
        assert connection.busy

    _, wire = run(scene)
    reader = AnswerReader()
    reader.feed(wire.written)
    assert reader.complete


def test_a_stopping_endpoint_closes_after_the_answer() -> None:
    def scene(endpoint: StandInEndpoint, connection: StandInConnection, wire: Wire) -> None:
        connection.data_received(asked(1))
        endpoint.close_idle()
        assert not wire.closed

    _, wire = run(scene)
    assert answers_in(wire.written) == 1
    assert wire.closed


def test_a_cut_answer_is_not_said_further() -> None:
    def scene(endpoint: StandInEndpoint, connection: StandInConnection, _: Wire) -> None:
        connection.data_received(asked(1))
        endpoint.close()

    endpoint, wire = run(scene)
    assert wire.closed
    assert wire.written == b""
    assert endpoint.capacity.share == 0.0
