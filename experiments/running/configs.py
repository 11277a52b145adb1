"""What each process of a run is told, derived from the experiment. Pure."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from experiments.model import Endpoint, Experiment, Fault
from experiments.running.gateway import front_route
from faults.config import InjectorConfig, Listener, Rule, Tls
from faults.selection.counts import COUNTS
from loadgen.config import Target, WorkerConfig
from providers.catalog import dialect_classes, speaks_grpc
from providers.config import StandIn, StandInConfig, StandInListener

TTL_MARGIN_S = 60.0
"""How much longer than the planned run a fault may live when everything else has failed."""


def stand_in_config(
    experiment: Experiment, log_folder: Path | None, *, tokens: bool = False
) -> StandInConfig:
    """Return the configuration of the process that holds all stand-ins, and token endpoints."""
    return StandInConfig(
        seed=experiment.seed,
        tokens=tokens,
        log_folder=None if log_folder is None else str(log_folder),
        stand_ins=tuple(
            StandInListener(endpoint=e.name, dialect=e.dialect, stand_in=e.stand_in)
            for e in experiment.endpoints
            if e.stand_in is not None
        ),
    )


def injector_config(
    experiment: Experiment,
    run_tag: str,
    run_folder: Path | None,
    stand_in_ports: Mapping[str, int],
) -> InjectorConfig:
    """Return the configuration of the injector, one listener in front of every endpoint."""
    phases = experiment.phases
    return InjectorConfig(
        seed=experiment.seed,
        run_tag=run_tag,
        run_folder=None if run_folder is None else str(run_folder),
        listeners=tuple(listener(e, stand_in_ports) for e in experiment.endpoints),
        rules=tuple(rule(fault, phases.fault_start_s) for fault in experiment.faults),
        bystanders=experiment.bystanders,
        max_ttl_s=phases.load_s + phases.drain_s + TTL_MARGIN_S,
        marks=experiment.gateway is not None,
        observe=experiment.gateway is not None,
        limits=experiment.limits,
    )


def listener(endpoint: Endpoint, stand_in_ports: Mapping[str, int]) -> Listener:
    """Return the proxy listener in front of an endpoint."""
    host, port = listen_address(endpoint)
    return Listener(
        endpoint=endpoint.name,
        dialect=endpoint.dialect,
        upstream=upstream(endpoint, stand_in_ports),
        host=host,
        port=port,
        price=endpoint.price,
        numbered=endpoint.stand_in is not None,
        tls=Tls() if endpoint.tls else None,
        http2=speaks_grpc(endpoint.dialect),
    )


def upstream(endpoint: Endpoint, stand_in_ports: Mapping[str, int]) -> str:
    """Return `scheme://host:port` of what stands behind an endpoint's proxy."""
    if endpoint.base_url is None:
        return f"http://127.0.0.1:{stand_in_ports[endpoint.name]}"
    parts = urlsplit(endpoint.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def listen_address(endpoint: Endpoint) -> tuple[str, int]:
    """Return the host and port that an endpoint's proxy listens on; port 0 is any free one."""
    host, _, port = endpoint.listen.rpartition(":")
    return host, int(port)


def rule(fault: Fault, fault_start_s: float) -> Rule:
    """Return the injector's rule for a fault of the file."""
    start_s = fault_start_s + fault.start_s
    return Rule(
        id=fault.id,
        endpoints=fault.at,
        inject=fault.inject,
        start_s=start_s,
        end_s=start_s + fault.duration_s,
        share=fault.share,
        ramp_s=fault.ramp_s,
        draw=fault.draw,
        group=fault.group,
        match=fault.match,
        **{name: getattr(fault, name) for name in COUNTS},
    )


def worker_config(  # noqa: PLR0913 - what a worker is told, each by name
    experiment: Experiment,
    run_tag: str,
    run_folder: Path,
    targets: tuple[Target, ...],
    *,
    index: int = 0,
    count: int = 1,
) -> WorkerConfig:
    """Return the configuration of one load worker of `count`, which asks the targets."""
    route = experiment.route
    return WorkerConfig(
        run_folder=str(run_folder),
        run_tag=run_tag,
        seed=experiment.seed,
        targets=targets,
        route=route if experiment.gateway is None else front_route(route),
        load=experiment.load,
        duration_s=experiment.phases.load_s,
        drain_s=experiment.phases.drain_s,
        index=index,
        count=count,
    )


def targets(experiment: Experiment, proxy_ports: Mapping[str, int]) -> tuple[Target, ...]:
    """Return where every endpoint is asked."""
    return tuple(target(endpoint, proxy_ports) for endpoint in experiment.endpoints)


def target(endpoint: Endpoint, proxy_ports: Mapping[str, int]) -> Target:
    """Return where the load generator asks an endpoint: at its proxy, under the same path."""
    ((dialect, _parameters),) = endpoint.dialect.items()
    return Target(
        endpoint=endpoint.name,
        dialect=endpoint.dialect,
        base_url=proxy_url(endpoint, proxy_ports),
        credential_variable=dialect_classes()[dialect].credential_variable,
        numbered=endpoint.stand_in is not None,
        # A token is not sent in the clear: to TLS upstreams alone.
        cloud_identity=(endpoint.base_url or "").startswith("https://"),
        ca_file=ca_file() if endpoint.tls else "",
    )


def proxy_url(endpoint: Endpoint, proxy_ports: Mapping[str, int]) -> str:
    """Return where an endpoint is asked: at its proxy, under the same path."""
    host, _ = listen_address(endpoint)
    path = "" if endpoint.base_url is None else urlsplit(endpoint.base_url).path.rstrip("/")
    scheme = "https" if endpoint.tls else "http"
    return f"{scheme}://{host}:{proxy_ports[endpoint.name]}{path}"


def ca_file() -> str:
    """Return where the certificate lies of the authority by which proxies speak TLS."""
    # Where nobody asks for TLS, cryptography is not loaded.
    from faults.tls.authority import CERTIFICATE, authority_folder  # noqa: PLC0415 - see above

    return str(authority_folder() / CERTIFICATE)


def has_stand_ins(experiment: Experiment) -> bool:
    """Tell whether any endpoint of the experiment is a stand-in."""
    return any(isinstance(e.stand_in, StandIn) for e in experiment.endpoints)
