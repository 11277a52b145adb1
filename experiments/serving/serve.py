"""`crosswind serve`: proxies without a run, for clients of one's own, until Ctrl-C."""

import asyncio
from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory

import msgspec

from experiments.model import Experiment
from experiments.reading.problems import UsageError, as_usage_error
from experiments.running import configs
from experiments.running.interrupts import Interrupts
from experiments.running.ports import check_port
from experiments.running.processes import STAND_INS, Processes
from experiments.running.serve import processes
from experiments.serving.served import Served, config_of
from experiments.serving.supervisor import Api, Supervisor
from faults.api.desk import Desk
from faults.api.injectors import Injectors
from faults.api.placing import Terms
from faults.api.problems import ApiError
from faults.api.register import ProxyKept, Register
from faults.api.server import OpenToOthersError
from faults.config import InjectorConfig, Limits, Rule
from faults.counted import counted_complaint
from faults.plain.proxy import told_address

Say = Callable[[str], None]


def serve(served: Served, terms: Terms, api: Api, *, say: Say) -> int:
    """Serve until Ctrl-C; all traffic on the listeners is faulted.

    Returns 0 after Ctrl-C, 4 when a process of ours was lost for good; raises UsageError.
    """
    workers = terms.workers
    check_workers(served, workers)
    if api.host:
        check_port("--api", api.host, api.port)
    with (
        processes() as children,
        as_usage_error(OpenToOthersError, ApiError),
        TemporaryDirectory(prefix="crosswind-tallies-") as tallies,
    ):
        stand_ins = _stand_ins(children, served.experiment)
        config = config_of(served, stand_ins, max_ttl_s=terms.max_ttl_s, shared=workers > 1)
        config = msgspec.structs.replace(
            config,
            header_faults_share=terms.header_share,
            tallies_folder=tallies if workers > 1 else None,
        )
        desk = Desk(Injectors())
        supervisor = Supervisor(children, config, desk, say)
        with Interrupts(children.kill_all) as interrupts:
            ports = supervisor.start(workers)
            terms = msgspec.structs.replace(
                terms, taken=frozenset(fault.id for fault in served.faults)
            )
            put(desk.register, served, config, ports, terms)

            async def hold() -> int:
                await desk.begin()
                tell(desk.register, served, config, say)
                return await supervisor.hold(lambda: interrupts.asked, api, terms)

            code = asyncio.run(hold())
        say("stopping")
        return code


def check_workers(served: Served, workers: int) -> None:
    """Raise UsageError for what several processes cannot do together."""
    if workers == 1:
        return
    for fault in served.faults:
        if complaint := counted_complaint(configs.rule(fault, 0.0)):
            raise UsageError(f"--workers {workers}: {complaint}")
    if served.experiment is not None and served.experiment.limits != Limits():
        raise UsageError(
            f"--workers {workers}: each of them would count for itself what limits: allow to all; "
            "leave limits: out, or serve with one"
        )


def put(
    register: Register,
    served: Served,
    config: InjectorConfig,
    ports: Mapping[str, int],
    terms: Terms,
) -> None:
    """Put into the register what injectors were started with, and what a file places in them."""
    for listener in config.listeners:
        bound = msgspec.structs.replace(listener, port=ports[listener.endpoint])
        register.proxies[listener.endpoint] = ProxyKept(listener=bound, fixed=True)
    for listener in served.proxies.listeners:
        until = terms.end_ns() if listener.endpoint in served.proxies.disabled else 0
        register.proxies[listener.endpoint] = ProxyKept(listener=listener, disabled_until_ns=until)


def tell(register: Register, served: Served, config: InjectorConfig, say: Say) -> None:
    """Say which proxies there are, and which faults when."""
    behind = {} if served.experiment is None else _behind(served.experiment)
    for name, proxy in register.proxies.items():
        listener = proxy.listener
        address = told_address(listener.host, listener.port)
        where = f"{address} in front of {behind.get(name, listener.upstream)}"
        scheme = "http" if listener.tls is None else "https"
        say(f"{name}: {where} (bytes)" if proxy.is_plain else f"{name}: {scheme}://{where}")
    for rule in config.rules:
        say(armed(rule, config.max_ttl_s))


def armed(rule: Rule, max_ttl_s: float) -> str:
    """Say where a fault is and from when to when, seconds from now; none outlives `max_ttl_s`."""
    where = f"  fault {rule.id} at {', '.join(rule.endpoints)}: "
    if rule.start_s >= max_ttl_s:
        return f"{where}never, no fault lives longer than {max_ttl_s:g} s from now"
    end_s = min(rule.end_s, max_ttl_s)
    chosen = f", of {msgspec.json.encode(rule.selection).decode()}" if rule.selection else ""
    return f"{where}{rule.start_s:g} s to {end_s:g} s from now, share {rule.share:g}{chosen}"


def _stand_ins(children: Processes, experiment: Experiment | None) -> dict[str, int]:
    if experiment is None or not configs.has_stand_ins(experiment):
        return {}
    return children.start(STAND_INS, configs.stand_in_config(experiment, None))


def _behind(experiment: Experiment) -> dict[str, str]:
    return {
        one.name: "its stand-in" if one.stand_in is not None else one.base_url or ""
        for one in experiment.endpoints
    }
