"""Whether the ports that an experiment asks for are free, before anything is started."""

import socket

from experiments.model import Experiment
from experiments.reading.problems import UsageError
from experiments.running.configs import listen_address


class PortTakenError(UsageError):
    """An experiment asks for a port that somebody else listens on."""


def check_ports(experiment: Experiment) -> None:
    """Raise PortTakenError naming the endpoint and the address, for the first that is taken."""
    for endpoint in experiment.endpoints:
        host, port = listen_address(endpoint)
        check_port(f"endpoints.{endpoint.name}.listen", host, port)
    for name in ("http_port", "grpc_port"):
        check_port(f"telemetry.{name}", "127.0.0.1", getattr(experiment.telemetry, name))


def check_port(where: str, host: str, port: int) -> None:
    """Raise PortTakenError when nobody may listen there now; `where` is how the user asked for it.

    Port 0 is any free one.
    """
    if port == 0:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(f"{where}: {host}:{port}: {error.strerror}") from error
