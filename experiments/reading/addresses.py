"""Checks of addresses: where endpoints are, and that we listen on this machine alone."""

from ipaddress import ip_address
from urllib.parse import urlsplit

LARGEST_PORT = 65_535


def base_url_complaint(url: str) -> str:
    """Say what is wrong with an endpoint's base URL, empty when nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"no URL: {error}"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return f"expected http://host:port or https://host, got {url!r}"
    if parts.username or parts.password:
        return "credentials come from the environment, never from a file"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return f"{parts.hostname} is another machine: only https, or credentials go in the clear"
    return ""


def listen_complaint(listen: str) -> str:
    """Say what is wrong with a listener's `host:port`, empty when nothing is."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > LARGEST_PORT:
        return f"expected host:port, such as 127.0.0.1:8080, got {listen!r}"
    if not is_loopback(host):
        return f"{host} is not loopback: a proxy that makes faults stays at home"
    return ""


def is_loopback_url(url: str) -> bool:
    """Tell whether a URL leads to this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's own."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
