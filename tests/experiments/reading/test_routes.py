"""A route is our own client's or a gateway's, and reads back as it was said."""

import pytest

from experiments.reading.routes import cooldown_of, gateway_of, route_of, route_said, words_of
from experiments.reading.shape import GatewayShape, RouteShape
from loadgen.config import Breaker, Route

CHAT: dict[str, object] = {"openai-chat": {"model": "chat"}}
GATEWAY = GatewayShape(
    order=("azure", "vertex"), dialect=CHAT, command="run 'a b' {port}", clients=3
)


def test_a_gateway_asks_once_and_has_its_breaker_to_itself() -> None:
    route = route_of(RouteShape(gateway=GATEWAY))
    assert (route.order, route.clients) == (("azure", "vertex"), 3)
    assert (route.attempts_per_endpoint, route.breaker.enabled) == (1, False)


def test_our_own_route_is_what_was_written() -> None:
    own = Route(order=("azure",), clients=9)
    assert route_of(RouteShape(client=own)) is own
    assert gateway_of(RouteShape(client=own)) is None
    assert route_said(None, own)["client"] == {**route_said(None, own)["client"]}  # type: ignore[dict-item]  # a mapping


@pytest.mark.parametrize("command", ["run 'a b' {port}", ("run", "a b", "{port}")])
def test_a_command_is_words_however_it_is_written(command: str | tuple[str, ...]) -> None:
    shape = GatewayShape(order=("azure",), dialect=CHAT, command=command)
    assert words_of(shape) == ("run", "a b", "{port}")
    gateway = gateway_of(RouteShape(gateway=shape))
    assert gateway is not None
    said = route_said(gateway, Route(order=()))["gateway"]
    assert isinstance(said, dict)
    assert tuple(said["command"]) == ("run", "a b", "{port}")
    assert "url" not in said


def test_the_cooldown_is_the_breakers_or_what_is_known_of_the_gateway() -> None:
    known = GatewayShape(order=("azure",), dialect=CHAT, url="http://127.0.0.1:1", cooldown_s=8)
    assert cooldown_of(RouteShape(gateway=known)) == 8
    assert cooldown_of(RouteShape(gateway=GATEWAY)) == 0
    assert cooldown_of(RouteShape(client=Route(order=(), breaker=Breaker(cooldown_s=7)))) == 7
    off = Route(order=(), breaker=Breaker(enabled=False))
    assert cooldown_of(RouteShape(client=off)) == 0
