"""What a worker is to do, read from its config file and checked before anything is opened."""

import socket
from collections.abc import Mapping
from pathlib import Path

import msgspec

from loadgen.address import Address
from loadgen.config import WorkerConfig
from loadgen.endpoint import Endpoint, endpoint_of
from loadgen.plan import Planned, plan, share


class ConfigError(Exception):
    """The worker was told something that it cannot do; the message is for a person."""


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's config with what follows from it: its share of the plan, whom to ask, where."""

    config: WorkerConfig
    endpoints: Mapping[str, Endpoint]
    addresses: Mapping[str, Address]
    planned: tuple[Planned, ...]


def read_orders(path: Path, environment: Mapping[str, str]) -> Orders:
    """Read a config file; credentials come from the environment. Raises ConfigError."""
    try:
        config = msgspec.json.decode(path.read_bytes(), type=WorkerConfig)
        _check_route(config)
        endpoints = {target.endpoint: endpoint_of(target, environment) for target in config.targets}
        return Orders(
            config=config,
            endpoints=endpoints,
            addresses={name: _address(endpoint) for name, endpoint in endpoints.items()},
            planned=_own_share(config),
        )
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _check_route(config: WorkerConfig) -> None:
    known = {target.endpoint for target in config.targets}
    unknown = [name for name in config.route.order if name not in known]
    if unknown or not config.route.order:
        raise ValueError(f"route.order: no such endpoint: {', '.join(unknown) or 'it is empty'}")
    if not 0 <= config.index < config.count <= config.route.clients:
        raise ValueError(
            f"worker {config.index} of {config.count} has none of {config.route.clients} clients: "
            "each worker needs at least one"
        )


def _own_share(config: WorkerConfig) -> tuple[Planned, ...]:
    planned = plan(config.load, seed=config.seed, duration_s=config.duration_s)
    clients, index, count = config.route.clients, config.index, config.count
    return share(planned, clients=clients, index=index, count=count)


def _address(endpoint: Endpoint) -> Address:
    """Resolve an endpoint's host once, before the run: names are not what is measured here."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError(f"endpoint {endpoint.name}: {endpoint.host}: {error}") from error
    trusted = Path(endpoint.ca_file).read_text("ascii") if endpoint.ca_file else ""
    return Address(str(found[0][4][0]), endpoint.port, endpoint.host, trusted)
