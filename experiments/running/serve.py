"""The proxies, or one stand-in, without a run: for clients of one's own, until Ctrl-C."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from experiments.model import Endpoint, Experiment
from experiments.reading.problems import as_usage_error
from experiments.running import configs
from experiments.running.children import ChildFailedError
from experiments.running.interrupts import Interrupts
from experiments.running.ports import check_port, check_ports
from experiments.running.processes import INJECTOR, STAND_INS, Processes
from faults.config import InjectorConfig, Rule
from providers.config import StandInConfig, StandInListener

SERVE_RUN_TAG = "00000000"
POLL_S = 0.1

Say = Callable[[str], None]


def serve(experiment: Experiment, *, max_ttl_s: float, say: Say) -> int:
    """Serve the experiment's endpoints through proxies with its faults until Ctrl-C.

    Only `endpoints` and `faults` count; `start_s` counts from now; all traffic on the listeners
    is faulted. Returns 0 after Ctrl-C, 4 when a process of ours was lost; raises UsageError for
    what cannot be served.
    """
    check_ports(experiment)
    with _processes() as children:
        stand_ins: dict[str, int] = {}
        if configs.has_stand_ins(experiment):
            stand_ins = children.start(STAND_INS, configs.stand_in_config(experiment, None))
        config = standalone_config(experiment, stand_ins, max_ttl_s)
        ports = children.start(INJECTOR, config)
        for endpoint in experiment.endpoints:
            say(_served(endpoint, ports[endpoint.name]))
        for rule in config.rules:
            say(armed(rule, max_ttl_s))
        return _hold(children, say)


def standalone_config(
    experiment: Experiment, stand_ins: dict[str, int], max_ttl_s: float
) -> InjectorConfig:
    """Return the injector's configuration for serving without a run."""
    config = configs.injector_config(experiment, SERVE_RUN_TAG, None, stand_ins)
    rules = tuple(configs.rule(fault, fault_start_s=0.0) for fault in experiment.faults)
    return msgspec.structs.replace(
        config, rules=rules, bystanders=True, begin_at_once=True, max_ttl_s=max_ttl_s
    )


def stand_in(listener: StandInListener, *, seed: int, log_folder: Path | None, say: Say) -> int:
    """Serve one stand-in until Ctrl-C; returns 0, or 4 when it was lost.

    Raises UsageError for one that cannot be served.
    """
    check_port("--port", listener.host, listener.port)
    folder = None if log_folder is None else str(log_folder)
    config = StandInConfig(seed=seed, stand_ins=(listener,), log_folder=folder)
    with _processes() as children:
        ports = children.start(STAND_INS, config)
        ((dialect, _parameters),) = listener.dialect.items()
        say(f"{dialect} stand-in at http://{listener.host}:{ports[listener.endpoint]}")
        return _hold(children, say)


@contextlib.contextmanager
def _processes() -> Iterator[Processes]:
    with tempfile.TemporaryDirectory(prefix="crosswind-") as folder:
        children = Processes(Path(folder))
        try:
            # A child that does not start says why: it is what it was told, not a crash of ours.
            with as_usage_error(ChildFailedError):
                yield children
        finally:
            children.release_all()


def _hold(children: Processes, say: Say) -> int:
    say("serving until Ctrl-C")
    with Interrupts(children.kill_all) as interrupts:
        while not interrupts.asked:
            if lost := children.lost():
                say("; ".join(lost.values()))
                return 4
            time.sleep(POLL_S)
    say("stopping")
    return 0


def armed(rule: Rule, max_ttl_s: float) -> str:
    """Say where a fault is and from when to when, seconds from now; none outlives `max_ttl_s`."""
    where = f"  fault {rule.id} at {', '.join(rule.endpoints)}: "
    if rule.start_s >= max_ttl_s:
        return f"{where}never, no fault lives longer than {max_ttl_s:g} s from now"
    end_s = min(rule.end_s, max_ttl_s)
    return f"{where}{rule.start_s:g} s to {end_s:g} s from now, share {rule.share:g}"


def _served(endpoint: Endpoint, port: int) -> str:
    host, _ = configs.listen_address(endpoint)
    behind = "its stand-in" if endpoint.stand_in is not None else endpoint.base_url
    return f"{endpoint.name}: http://{host}:{port} in front of {behind}"
