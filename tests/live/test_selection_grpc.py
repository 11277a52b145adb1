"""What a rule chooses among gRPC calls is what it touches, met by grpcio."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import msgspec
import pytest

from faults.config import Rule
from tests.live.echoing import Client
from tests.live.proxied import ERROR, Proxy, always, proxied

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]

MANY = 60


def rule(**selection: object) -> Rule:
    return msgspec.convert({**msgspec.to_builtins(always("f", ERROR, "azure")), **selection}, Rule)


def message(model: bytes, number: int = 0) -> bytes:
    """Write the beginning of an inference request: field 1 is its model, field 3 its id."""
    ordinal = b"%d" % number
    return b"\x0a%c%b\x1a%c%b" % (len(model), model, len(ordinal), ordinal)


def refused(client: Client, said: bytes) -> bool:
    try:
        assert client.once(said, timeout=10) == said
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - or it was not the fault's
        return True
    return False


def on_new_connection(proxy: Proxy, *said: bytes) -> list[bool]:
    client = Client(proxy.ports["azure"])
    found = [refused(client, one) for one in said]
    client.channel.close()
    return found


def test_the_model_of_a_call_is_in_its_first_message(echo_port: int) -> None:
    with proxied(
        echo_port, http2=True, rules=(rule(match={"model": ["llama", "resnet"]}),)
    ) as proxy:
        said = [message(model) for model in (b"llama", b"bert", b"resnet")]
        assert on_new_connection(proxy, *said) == [True, False, True]


def test_a_later_call_on_a_connection_is_not_new(echo_port: int) -> None:
    with proxied(echo_port, http2=True, rules=(rule(match={"new_connections": True}),)) as proxy:
        for _ in range(2):
            assert on_new_connection(proxy, b"a", b"b", b"c") == [True, False, False]


def test_calls_are_counted_exactly_with_many_at_once(echo_port: int) -> None:
    selection = {"match": {"model": "llama"}, "after_n": 5, "first_n": 30, "every_nth": 3}
    with proxied(echo_port, http2=True, rules=(rule(**selection),)) as proxy:
        client = Client(proxy.ports["azure"])
        said = [message(b"llama" if number % 2 else b"bert", number) for number in range(2 * MANY)]
        with ThreadPoolExecutor(MANY) as pool:
            hit = list(pool.map(lambda one: refused(client, one), said))
        client.channel.close()
        assert sum(hit) == len(proxy.touches()) == 10
    assert not any(hit[::2])
