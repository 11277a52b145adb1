"""What `crosswind serve` serves: what injectors are started with, and what is placed in them."""

from pathlib import Path

import msgspec

from experiments.find import find_experiment
from experiments.model import Experiment, Fault
from experiments.reading.document import Document
from experiments.reading.overrides import Overrides, read_overridden
from experiments.reading.problems import UsageError
from experiments.running import configs
from experiments.running.ports import check_port, check_ports
from experiments.running.rails import Permission, check_allowed
from experiments.serving.proxies_file import (
    KEY,
    ProxiesFile,
    check_upstreams_allowed,
    proxies_of,
    read_document_of,
)
from faults.config import InjectorConfig

SERVE_RUN_TAG = "00000000"


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """Proxies of a file, or an experiment with its stand-ins; neither when all comes by the API."""

    proxies: ProxiesFile = ProxiesFile()
    experiment: Experiment | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What goes wrong without anybody asking for it."""
        return self.proxies.faults if self.experiment is None else self.experiment.faults

    @property
    def seed(self) -> int:
        """What the dice are thrown with."""
        return self.proxies.seed if self.experiment is None else self.experiment.seed


def read_served(name: str, sets: tuple[str, ...], *, allow_live: bool) -> Served:
    """Read what a command line names: an experiment, a file of proxies, or nothing.

    Raises UsageError for what cannot be served.
    """
    if not name:
        return Served()
    path = find_experiment(name)
    document = read_document_of(path)
    if KEY in document.data:
        return _read_proxies(path, document, sets, allow_live=allow_live)
    read = read_overridden(path, Overrides(sets=sets))
    check_allowed(read, Permission(allow_live=allow_live), "what clients ask")
    check_ports(read)
    return Served(experiment=read)


def _read_proxies(
    path: Path, document: Document, sets: tuple[str, ...], *, allow_live: bool
) -> Served:
    if sets:
        raise UsageError(f"{path}: --set changes experiments; a file of proxies is served as it is")
    file = proxies_of(document)
    check_upstreams_allowed(file, allow_live=allow_live)
    for one in file.listeners:
        check_port(f"proxies.{one.endpoint}.listen", one.host, one.port)
    return Served(proxies=file)


def config_of(
    served: Served, stand_ins: dict[str, int], *, max_ttl_s: float, shared: bool
) -> InjectorConfig:
    """Return what an injector is started with; no fault of it outlives `max_ttl_s`."""
    if served.experiment is not None:
        config = standalone_config(served.experiment, stand_ins, max_ttl_s)
        return msgspec.structs.replace(config, shared_ports=shared)
    return InjectorConfig(
        seed=served.seed,
        run_tag=SERVE_RUN_TAG,
        listeners=(),
        rules=tuple(configs.rule(fault, fault_start_s=0.0) for fault in served.proxies.faults),
        bystanders=True,
        begin_at_once=True,
        max_ttl_s=max_ttl_s,
        shared_ports=shared,
    )


def standalone_config(
    experiment: Experiment, stand_ins: dict[str, int], max_ttl_s: float
) -> InjectorConfig:
    """Return the injector's configuration for serving without a run."""
    config = configs.injector_config(experiment, SERVE_RUN_TAG, None, stand_ins)
    rules = tuple(configs.rule(fault, fault_start_s=0.0) for fault in experiment.faults)
    return msgspec.structs.replace(
        config, rules=rules, bystanders=True, begin_at_once=True, max_ttl_s=max_ttl_s
    )


def without_faults(config: InjectorConfig, ports: dict[str, int]) -> InjectorConfig:
    """Return what an injector is started with in a crashed one's place: same ports, no fault."""
    listeners = [
        msgspec.structs.replace(one, port=ports.get(one.endpoint, one.port))
        for one in config.listeners
    ]
    return msgspec.structs.replace(config, listeners=tuple(listeners), rules=())
