"""A gateway under test in a run: what its process is told, and where it is asked. Pure."""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from experiments.model import Experiment, Gateway, Ready
from loadgen.config import Route, Target
from providers.catalog import dialect_classes
from telemetry.identity import GATEWAY

KEY_VARIABLE = "CROSSWIND_GATEWAY_KEY"
"""Holds a key that is made for one run: `{key}` in what a gateway is told."""


class GatewayConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What the process that starts a gateway is told.

    What the command says goes to `log`, without secrets; its environment is that of the process.
    """

    command: tuple[str, ...]
    port: int
    ready: Ready
    log: str


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """What is filled into a gateway's command and variables; `folder` is the experiment's."""

    port: str
    folder: str
    key: str

    def into(self, text: str) -> str:
        """Return a text with every placeholder filled in."""
        return text.format_map(msgspec.structs.asdict(self))


def filling(experiment: Experiment, port: int, key: str) -> Filling:
    """Return what fills the placeholders of an experiment's gateway."""
    folder = str(Path(experiment.file).resolve().parent)
    return Filling(port=str(port), folder=folder, key=key)


def gateway_config(gateway: Gateway, filled: Filling, log: Path) -> GatewayConfig:
    """Return what the gateway's process is told."""
    words = tuple(map(filled.into, gateway.command))
    port = int(filled.port)
    return GatewayConfig(command=words, port=port, ready=gateway.ready, log=str(log))


def own_environment(gateway: Gateway, filled: Filling) -> dict[str, str]:
    """Return the variables that the experiment gives the command, its port and its key."""
    own = {name: filled.into(value) for name, value in gateway.environment.items()}
    return {"PORT": filled.port, KEY_VARIABLE: filled.key, **own}


def front_target(experiment: Experiment, gateway: Gateway, port: int) -> Target:
    """Return where the load generator asks the gateway."""
    ((dialect, _parameters),) = gateway.dialect.items()
    usual = KEY_VARIABLE if gateway.command else dialect_classes()[dialect].credential_variable
    variable = gateway.credential_variable or usual
    return Target(
        endpoint=GATEWAY,
        dialect=gateway.dialect,
        base_url=gateway.url or f"http://127.0.0.1:{port}",
        credential_variable=variable,
        numbered=all(e.stand_in is not None for e in experiment.endpoints),
        marked=gateway.mark == "auto",
    )


def front_route(route: Route) -> Route:
    """Return the client's part of a gateway's route: it asks once, and nobody else."""
    return msgspec.structs.replace(route, order=(GATEWAY,))


def port_of(gateway: Gateway) -> int:
    """Return the port of a gateway that runs already, 0 for one that is to be started."""
    if gateway.url is None:
        return 0
    parts = urlsplit(gateway.url)
    return parts.port or (443 if parts.scheme == "https" else 80)
