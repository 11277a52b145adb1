"""How Envoy and HAProxy are told to do what ours does: nothing, look at 20 rules, or wait."""

from typing import Final

RULES: Final = 20
LATE_MS: Final = 20.0

_API: Final = "type.googleapis.com/envoy.extensions"
_HTTP2_UPSTREAM: Final = {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": f"{_API}.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
}


def envoy_config(
    port: int, upstream: int, *, case: str, tls: tuple[str, str] | None = None
) -> dict[str, object]:
    """Return a configuration with fault filters for a case; `tls` is a certificate and its key."""
    manager = {
        "@type": f"{_API}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "origin",
        "route_config": {"virtual_hosts": [_envoy_host()]},
        "http_filters": _envoy_filters(case),
    }
    network = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    chain: dict[str, object] = {"filters": [network]}
    if tls is not None:
        chain["transport_socket"] = _envoy_tls(*tls)
    listener = {"address": _address(port), "filter_chains": [chain]}
    endpoint = {"lb_endpoints": [{"endpoint": {"address": _address(upstream)}}]}
    cluster: dict[str, object] = {
        "name": "origin",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "origin", "endpoints": [endpoint]},
    }
    if case == "http2":
        cluster["typed_extension_protocol_options"] = _HTTP2_UPSTREAM
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def haproxy_config(port: int, upstream: int, *, case: str) -> str:
    """Return a configuration; HAProxy has no fault of latency."""
    count = RULES if case == "rules" else 0
    rules = "\n".join(
        f"  http-request return status 503 if {{ req.hdr(x-fault-{number}) yes }}"
        for number in range(count)
    )
    return f"""\
global
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend clients
  bind 127.0.0.1:{port}
{rules}
  default_backend origin
backend origin
  server origin 127.0.0.1:{upstream}
"""


def _envoy_host() -> dict[str, object]:
    # Without a timeout of its own, as long streams need it.
    route = {"match": {"prefix": "/"}, "route": {"cluster": "origin", "timeout": "0s"}}
    return {"name": "all", "domains": ["*"], "routes": [route]}


def _envoy_filters(case: str) -> list[dict[str, object]]:
    kind = f"{_API}.filters.http"
    if case == "late":
        faults = [_envoy_fault(delay={"fixed_delay": f"{LATE_MS / 1e3}s"})]
    else:
        abort: dict[str, object] = {"http_status": 503}
        faults = [
            _envoy_fault(abort=abort, header=f"x-fault-{number}")
            for number in range(RULES if case == "rules" else 1)
        ]
    return [*faults, {"name": "router", "typed_config": {"@type": f"{kind}.router.v3.Router"}}]


def _envoy_fault(header: str = "", **what: dict[str, object]) -> dict[str, object]:
    ((action, told),) = what.items()
    fault: dict[str, object] = {
        "@type": f"{_API}.filters.http.fault.v3.HTTPFault",
        action: {**told, "percentage": {"numerator": 100}},
    }
    if header:
        fault["headers"] = [{"name": header, "string_match": {"exact": "yes"}}]
    return {"name": f"fault {header}", "typed_config": fault}


def _envoy_tls(certificate: str, key: str) -> dict[str, object]:
    pair = {"certificate_chain": {"filename": certificate}, "private_key": {"filename": key}}
    context = {
        "@type": f"{_API}.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": {"tls_certificates": [pair], "alpn_protocols": ["h2", "http/1.1"]},
    }
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
