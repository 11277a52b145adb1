"""What Toxiproxy's clients send and get, as JSON. Pure.

Keys that are not known are ignored among a proxy's and a toxic's own, as Toxiproxy does; among a
toxic's `attributes` they are refused: a word misspelt there would be a fault that does nothing.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from faults.api.problems import ApiError
from faults.api.register import ProxyKept, ToxicKept
from faults.plain.proxy import told_address
from faults.toxiproxy.go_json import why_not
from telemetry.not_json import NOT_JSON

T = TypeVar("T")


class ProxyAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A proxy to be made, or what of it is to change: None says nothing.

    `dialect` is ours: with one the proxy reads HTTP, as with an upstream of `http(s)://host:port`.
    """

    name: str = ""
    listen: str | None = None
    upstream: str | None = None
    enabled: bool | None = None
    dialect: str | None = None


class ToxicAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A toxic to be made; `ttl_s` and `lease` are ours."""

    name: str = ""
    type: str = ""
    stream: str = "downstream"
    toxicity: float = 1.0
    attributes: dict[str, object] | None = None
    ttl_s: float | None = None
    lease: str = ""


class ToxicChange(msgspec.Struct, frozen=True, kw_only=True):
    """What of a toxic is to change: its attributes one by one, its share."""

    attributes: dict[str, object] | None = None
    toxicity: float | None = None


def read(body: bytes, kind: type[T]) -> T:
    """Read a body; raises ApiError in Toxiproxy's words."""
    try:
        return msgspec.json.decode(body, type=kind)
    except NOT_JSON as error:
        raise bad_body(why_not(body, error)) from error


def bad_body(why: str) -> ApiError:
    """Return the refusal of a body that cannot be used."""
    return ApiError(400, f"bad request body: {why}")


def missing(what: str) -> ApiError:
    """Return the refusal of a body that lacks a field."""
    return ApiError(400, f"missing required field: {what}")


def proxy_said(proxy: ProxyKept) -> dict[str, object]:
    """Say a proxy as Toxiproxy does; `Logger` is a leak of its own that its clients may expect."""
    listener = proxy.listener
    ours = {} if proxy.is_plain else {"dialect": next(iter(listener.dialect))}
    return {
        "name": proxy.name,
        "listen": told_address(listener.host, listener.port),
        "upstream": listener.upstream,
        "enabled": proxy.enabled,
        "Logger": {},
        "toxics": toxics_said(proxy),
        **ours,
    }


def toxics_said(proxy: ProxyKept) -> list[dict[str, object]]:
    """Say a proxy's toxics as Toxiproxy orders them: those upstream first."""
    toxics = proxy.toxics.values()
    streams = ("upstream", "downstream")
    return [toxic_said(one) for stream in streams for one in toxics if one.stream == stream]


def toxic_said(one: ToxicKept) -> dict[str, object]:
    """Say a toxic as Toxiproxy does."""
    share = one.toxicity
    return {
        "attributes": one.attributes,
        "name": one.name,
        "type": one.kind,
        "stream": one.stream,
        "toxicity": int(share) if share.is_integer() else share,
    }


def proxies_said(proxies: Iterable[ProxyKept]) -> dict[str, object]:
    """Say all proxies by name, in the order of names."""
    return {one.name: proxy_said(one) for one in sorted(proxies, key=lambda one: one.name)}


def error_said(status: int, message: str) -> bytes:
    """Say an error as Toxiproxy does."""
    return msgspec.json.encode({"error": message, "status": status}) + b"\n"
