"""What an endpoint that speaks gRPC cannot do, or not yet."""

from urllib.parse import urlsplit

from experiments.reading.problems import Complaints
from experiments.reading.schedule import grpc_endpoints
from experiments.reading.shape import FileShape
from providers.catalog import speaks_grpc

COUNTED = ("max_requests", "max_attempts_per_s", "max_spend")


def check_grpc(shape: FileShape, complaints: Complaints) -> None:
    """Let endpoints of a gRPC dialect be asked by our own client, at a bare address, uncounted."""
    endpoints = grpc_endpoints(shape)
    for name in sorted(endpoints):
        url = shape.endpoints[name].base_url or ""
        unclear = complaints.about("endpoints", name)
        if not unclear and urlsplit(url).path.strip("/"):
            message = f"{name} speaks gRPC, which knows no path: expected http(s)://host:port"
            complaints.add(("endpoints", name, "base_url"), message)
        _check_decoupled(shape, name, complaints)
    if endpoints:
        _check_limits(shape, min(endpoints), complaints)
    _check_gateway(shape, endpoints, complaints)


def _check_decoupled(shape: FileShape, name: str, complaints: Complaints) -> None:
    ((dialect, given),) = shape.endpoints[name].dialect.items()
    if not shape.load.stream and given.get("decoupled"):
        message = "a decoupled model answers nothing but streams, and load.stream is false"
        complaints.add(("endpoints", name, "dialect", dialect, "decoupled"), message)


def _check_limits(shape: FileShape, name: str, complaints: Complaints) -> None:
    for limit in COUNTED:
        if getattr(shape.limits, limit) is not None:
            complaints.add(("limits", limit), f"{name} speaks gRPC, whose calls no limit counts")


def _check_gateway(shape: FileShape, endpoints: frozenset[str], complaints: Complaints) -> None:
    gateway = shape.route.gateway
    if gateway is None:
        return
    if _grpc(gateway.dialect):
        message = "a gateway under test is asked over HTTP/1.1, and this dialect is gRPC's"
        complaints.add(("route", "gateway", "dialect"), message)
    for index, name in enumerate(gateway.order):
        if name in endpoints:
            message = f"{name} speaks gRPC, which is not read behind a gateway"
            complaints.add(("route", "gateway", "order", index), message)


def _grpc(dialect: object) -> bool:
    return isinstance(dialect, dict) and speaks_grpc(dialect)
