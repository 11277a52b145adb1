"""Which upstreams and listeners the API may make: no open relay, no door to others. Pure."""

import ipaddress
from urllib.parse import urlsplit

import msgspec

from faults.api.problems import ApiError
from faults.plain.proxy import plain_address


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """Upstreams beside loopback, as `host` or `host:port`."""

    upstreams: tuple[str, ...] = ()

    def check_upstream(self, upstream: str) -> None:
        """Raise ApiError unless this upstream may be relayed to."""
        try:
            host, port = upstream_address(upstream)
        except ValueError as error:
            raise ApiError(400, f"upstream {error}") from error
        if is_loopback(host) or {host, f"{host}:{port}"} & set(self.upstreams):
            return
        raise ApiError(
            403,
            f"upstream {host}:{port} is not on this machine: "
            f"`crosswind serve --allow-upstream {host}:{port}` lets it be",
        )

    def check_listen(self, host: str) -> None:
        """Raise ApiError unless a proxy may listen there: what makes faults stays at home."""
        if not is_loopback(host):
            raise ApiError(
                403, f"listen {host}: a proxy that makes faults listens on loopback alone"
            )


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, and seen by it alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def upstream_address(upstream: str) -> tuple[str, int]:
    """Read `host:port`, or `http(s)://host[:port]`; ValueError when it is neither."""
    if "://" not in upstream or upstream.startswith("tcp://"):
        return plain_address(upstream)
    parts = urlsplit(upstream)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{upstream}: expected host:port, or http(s)://host:port")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
