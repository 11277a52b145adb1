"""From what a file says of its route to the route, whether our own client's or a gateway's."""

import shlex

import msgspec

from experiments.model import Gateway
from experiments.reading.shape import GatewayShape, RouteShape
from loadgen.config import Breaker, Route


def gateway_of(shape: RouteShape) -> Gateway | None:
    """Return the gateway under test, None where our own client chooses endpoints."""
    if shape.gateway is None:
        return None
    said = {name: getattr(shape.gateway, name) for name in shape.gateway.__struct_fields__}
    return Gateway(**{**said, "command": words_of(shape.gateway)})


def words_of(shape: GatewayShape) -> tuple[str, ...]:
    """Return a command's words; a text is taken apart as a shell would. ValueError for quotes."""
    command = shape.command
    return tuple(shlex.split(command)) if isinstance(command, str) else command


def route_of(shape: RouteShape) -> Route:
    """Return the client's route, or what is known of a gateway's: its order, and one attempt each.

    A gateway's breaker is its own affair; ours would be a second one.
    """
    gateway = shape.gateway
    if gateway is None:
        return shape.client or Route(order=())
    return Route(
        order=gateway.order,
        clients=gateway.clients,
        breaker=Breaker(enabled=False),
        timeouts=gateway.timeouts,
    )


def cooldown_of(shape: RouteShape) -> float:
    """Return how long the route leaves a failed endpoint alone, 0 where that is not known."""
    if shape.gateway is not None:
        return shape.gateway.cooldown_s or 0.0
    breaker = route_of(shape).breaker
    return breaker.cooldown_s if breaker.enabled else 0.0


def route_said(gateway: Gateway | None, route: Route) -> dict[str, object]:
    """Return a route in the shape of a file."""
    if gateway is None:
        return {"client": msgspec.to_builtins(route)}
    said = msgspec.to_builtins(gateway)
    return {"gateway": {key: value for key, value in said.items() if value is not None}}
