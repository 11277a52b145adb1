"""What a gateway route, the limits of a run and its telemetry may still get wrong."""

from string import Formatter

from experiments.reading.addresses import base_url_complaint
from experiments.reading.problems import Complaints, Path
from experiments.reading.routes import words_of
from experiments.reading.shape import FileShape, GatewayShape
from telemetry.identity import GATEWAY

PLACEHOLDERS = ("port", "folder", "key")
MAX_PORT = 65_535
RESERVED = (GATEWAY, "tokens")
"""Names that ports and rows use for what is no endpoint."""


def check_gateway(shape: FileShape, complaints: Complaints) -> None:
    """Let a gateway be started or found, not both, by a command that can be filled in."""
    gateway, path = shape.route.gateway, ("route", "gateway")
    for name in RESERVED:
        if name in shape.endpoints:
            complaints.add(("endpoints", name), f"no endpoint may be called {name}")
    if gateway is None or complaints.about(*path):
        return
    if bool(gateway.command) == bool(gateway.url):
        has = "both" if gateway.url else "neither"
        complaints.add(path, f"write command: or url:, it has {has}")
    elif gateway.url and (complaint := base_url_complaint(gateway.url) or _tls(gateway.url)):
        complaints.add((*path, "url"), complaint)
    else:
        _check_command(gateway, path, complaints)
    if not gateway.ready.path.startswith("/"):
        complaints.add((*path, "ready", "path"), f"starts with /, got {gateway.ready.path!r}")


def _tls(url: str) -> str:
    if not url.startswith("https:"):
        return ""
    return (
        "a gateway is asked over plain http on this machine, where the proxies listen that it asks:"
        " let it listen on 127.0.0.1 without TLS, too"
    )


def _check_command(gateway: GatewayShape, path: Path, complaints: Complaints) -> None:
    try:
        words = words_of(gateway)
        names = [name for word in words for _, name, _, _ in Formatter().parse(word) if name]
    except ValueError as error:
        complaints.add((*path, "command"), f"cannot be taken apart: {error}")
        return
    for name in names:
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            message = f"{{{name}}} is not filled in; known here: {known}; write {{{{ for a brace"
            complaints.add((*path, "command"), message)


def check_limits(shape: FileShape, complaints: Complaints) -> None:
    """Let a limit let something through, and count money only where there are prices."""
    limits = shape.limits
    for name in ("max_requests", "max_attempts_per_s", "max_spend"):
        value = getattr(limits, name)
        if value is not None and value <= 0:
            complaints.add(("limits", name), f"must be more than 0, got {value:g}")
    free = [
        name
        for name, endpoint in shape.endpoints.items()
        if endpoint is not None
        and not (endpoint.price.prompt_per_million or endpoint.price.output_per_million)
    ]
    if limits.max_spend is not None and free:
        message = f"no price is known of {', '.join(free)}: write endpoints.{free[0]}.price"
        complaints.add(("limits", "max_spend"), message)


def check_telemetry(shape: FileShape, complaints: Complaints) -> None:
    """Let ports be ports, each its own, and asked for only where something listens."""
    telemetry = shape.telemetry
    ports = {name: getattr(telemetry, name) for name in ("http_port", "grpc_port")}
    for name, port in ports.items():
        if port > MAX_PORT:
            complaints.add(("telemetry", name), f"must be at most {MAX_PORT}, got {port}")
        elif port and not telemetry.collect:
            complaints.add(("telemetry", name), "nothing listens there without collect: true")
    if telemetry.http_port and telemetry.http_port == telemetry.grpc_port:
        complaints.add(("telemetry", "grpc_port"), "is http_port already")
