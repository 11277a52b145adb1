"""Everything that must stand before the load begins: started upstream first, asked once each."""

import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from experiments.model import Experiment, Gateway
from experiments.reading.stops import metric_stops, stops_of
from experiments.running import configs
from experiments.running.children import ChildFailedError
from experiments.running.collecting import Collecting
from experiments.running.environment import environment_of
from experiments.running.exporting import Exporting
from experiments.running.gateway import (
    KEY_VARIABLE,
    filling,
    front_target,
    gateway_config,
    own_environment,
    port_of,
)
from experiments.running.preflight import Canary, send_canaries
from experiments.running.processes import INJECTOR, STAND_INS, STORE, WORKER, Processes
from experiments.running.rails import peak_per_minute, quota_complaints, unknown_quotas
from loadgen.config import Target
from loadgen.plan import plan
from providers.service_account import service_account
from providers.stand_in import TOKENS
from telemetry.identity import GATEWAY
from telemetry.redaction import redactor_of
from telemetry.store_config import StoreConfig

READY_MARGIN_S = 15.0
"""How much longer than its own limit a gateway may take: then its process is what is stuck."""

NOTE = Callable[..., None]
SAY = Callable[[str], None]


class Preparation:
    """Starts the processes of one run; `note` records an event, `say` tells a person."""

    def __init__(  # noqa: PLR0913 - what a run is made of, each by name
        self,
        experiment: Experiment,
        folder: Path,
        run_tag: str,
        children: Processes,
        *,
        note: NOTE,
        say: SAY,
        live: tuple[str, ...] = (),
    ) -> None:
        """`live`: the endpoints whose quota must be enough."""
        self._live = live
        self._experiment = experiment
        self._folder = folder
        self._run_tag = run_tag
        self._children = children
        self._note = note
        self._say = say
        self.collecting = Collecting(experiment.telemetry, folder, children, note=note, say=say)
        self.exporting = Exporting(experiment, folder, run_tag, children, say)
        self.canaries: tuple[Canary, ...] = ()
        self._key = f"sk-{secrets.token_hex(16)}"
        self._private = tempfile.TemporaryDirectory(prefix="crosswind-")

    def prepare(self, workers: int) -> None:
        """Start everything.

        Raises ChildFailedError when something does not stand in the end, EndAskedError once
        somebody wants no more of it.
        """
        experiment, gateway = self._experiment, self._experiment.gateway
        self._say("starting stand-ins, proxies, store and load worker")
        stand_ins = self._stand_ins(tokens=gateway is not None)
        injector = configs.injector_config(experiment, self._run_tag, self._folder, stand_ins)
        proxies = self._children.start(INJECTOR, injector)
        stops = metric_stops(stops_of(experiment, live=bool(self._live)))
        store = StoreConfig(run_folder=str(self._folder), run_tag=self._run_tag, stops=stops)
        self._children.start(STORE, store)
        self.collecting.start()
        self.exporting.start()
        targets = configs.targets(experiment, proxies)
        self._preflight(targets)
        self._check_quotas()
        if gateway is not None:
            targets = (self._gateway(gateway, proxies, stand_ins),)
            self._preflight(targets)
        self._start_workers(targets, workers)

    def prepare_for_command(self) -> dict[str, str]:
        """Start all but load; return the variables by which a command finds the proxies.

        Whoever asks is read and faulted: no request of a command carries the run's tag.
        """
        experiment = self._experiment
        self._say("starting stand-ins, proxies and store")
        stand_ins = self._stand_ins(tokens=True)
        config = configs.injector_config(experiment, self._run_tag, self._folder, stand_ins)
        rules = tuple(configs.rule(fault, fault_start_s=0.0) for fault in experiment.faults)
        told = msgspec.structs.replace(config, rules=rules, observe=True, bystanders=True)
        proxies = self._children.start(INJECTOR, told)
        stops = metric_stops(experiment.stop)
        store = StoreConfig(run_folder=str(self._folder), run_tag=self._run_tag, stops=stops)
        self._children.start(STORE, store)
        self.collecting.start()
        self.exporting.start()
        self._preflight(configs.targets(experiment, proxies))
        found = environment_of(experiment, proxies, stand_ins, self._key_file(stand_ins))
        return {**found, **self.collecting.environment}

    def close(self) -> None:
        """Remove what was made for this run alone."""
        self._private.cleanup()

    def _stand_ins(self, *, tokens: bool) -> dict[str, int]:
        experiment = self._experiment
        if not configs.has_stand_ins(experiment):
            return {}
        told = configs.stand_in_config(experiment, self._folder / "stand-in", tokens=tokens)
        return self._children.start(STAND_INS, told)

    def _gateway(
        self, gateway: Gateway, proxies: dict[str, int], stand_ins: dict[str, int]
    ) -> Target:
        """Start the gateway, unless it runs already; return where it is asked."""
        if not gateway.command:
            return front_target(self._experiment, gateway, port_of(gateway))
        port = _free_port()
        filled = filling(self._experiment, port, self._key)
        config = gateway_config(gateway, filled, self._folder / "log" / "gateway.log")
        found = environment_of(self._experiment, proxies, stand_ins, self._key_file(stand_ins))
        environment = {
            **found,
            **self.collecting.environment,
            **own_environment(gateway, filled),
        }
        self._say(f"starting the gateway: {config.command[0]}")
        within_s = gateway.ready.within_s + READY_MARGIN_S
        self._children.start(GATEWAY, config, ready_within_s=within_s, environment=environment)
        return front_target(self._experiment, gateway, port)

    def _key_file(self, stand_ins: dict[str, int]) -> str:
        if TOKENS not in stand_ins:
            return ""
        path = Path(self._private.name) / "service-account.json"
        uri = f"http://127.0.0.1:{stand_ins[TOKENS]}/token"
        path.write_bytes(service_account(uri, "crosswind"))
        path.chmod(0o600)
        return str(path)

    def _start_workers(self, targets: tuple[Target, ...], count: int) -> None:
        for index in range(count):
            config = configs.worker_config(
                self._experiment, self._run_tag, self._folder, targets, index=index, count=count
            )
            self._children.start(WORKER, config, index, environment={KEY_VARIABLE: self._key})

    def _preflight(self, targets: tuple[Target, ...]) -> None:
        spool = self._folder / "spool" / f"{INJECTOR}-0.ndjson"
        environment = {**os.environ, KEY_VARIABLE: self._key}
        stream = self._experiment.load.stream
        canaries = send_canaries(
            self._run_tag, targets, spool, environment, stream=stream, heed=self._children.heed
        )
        self.canaries += canaries
        for canary in canaries:
            self._record(canary)
        redact = redactor_of(environment).redact
        sick = [f"{c.endpoint}: {redact(c.reason)}" for c in canaries if not c.ok]
        if sick:
            raise ChildFailedError("preflight failed\n  " + "\n  ".join(sick))
        names = ", ".join(canary.endpoint for canary in canaries)
        answer = "answers" if len(canaries) == 1 else "answer"
        self._say(f"preflight: {names} {answer} through the proxies")

    def _check_quotas(self) -> None:
        """Refuse a load that the endpoints which it would fall back on cannot take."""
        experiment = self._experiment
        planned = plan(experiment.load, seed=experiment.seed, duration_s=experiment.phases.load_s)
        peak = peak_per_minute(experiment, planned)
        live = [c for c in self.canaries if c.endpoint in self._live]
        short = list(quota_complaints(experiment, live, peak))
        if short:
            raise ChildFailedError("below the planned peak\n  " + "\n  ".join(short))
        if unknown := unknown_quotas(experiment, live):
            self._say(f"warning: {', '.join(unknown)}: what is left of the quota is not told")

    def _record(self, canary: Canary) -> None:
        self._note(
            "canary",
            canary.endpoint,
            trace_id=canary.trace_id,
            ok=canary.ok,
            status=canary.status,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
