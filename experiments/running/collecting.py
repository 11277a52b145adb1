"""The collector of a run: started where an experiment asks for it, missed by nobody."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from experiments.model import Telemetry
from experiments.running.children import ChildFailedError
from experiments.running.processes import COLLECTOR, Processes
from telemetry.collector_config import GRPC, HTTP, CollectorConfig

NOTE = Callable[..., None]
SAY = Callable[[str], None]
LOCAL = "127.0.0.1"


def otlp_environment(protocol: str, ports: Mapping[str, int]) -> dict[str, str]:
    """Return the variables by which an OpenTelemetry SDK finds the collector; pure.

    Those for traces alone are said too: where the user has them set, they would win.
    """
    base = f"http://{LOCAL}:{ports[GRPC if protocol == 'grpc' else HTTP]}"
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": base,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": base if protocol == "grpc" else f"{base}/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": protocol,
    }


class Collecting:
    """A run's collector, or none; `environment` says to others where it listens."""

    def __init__(
        self, telemetry: Telemetry, folder: Path, children: Processes, *, note: NOTE, say: SAY
    ) -> None:
        self._telemetry = telemetry
        self._folder = folder
        self._children = children
        self._note = note
        self._say = say
        self._restarts = 0
        self._on = False
        self.environment: dict[str, str] = {}

    def start(self) -> None:
        """Start it where it is asked for; one that cannot start is noted."""
        if not self._telemetry.collect:
            return
        wanted = self._telemetry
        config = CollectorConfig(
            run_folder=str(self._folder), http_port=wanted.http_port, grpc_port=wanted.grpc_port
        )
        self._on = True
        try:
            ports = self._children.start(COLLECTOR, config)
        except ChildFailedError as error:
            self._give_up(str(error))
            return
        # Who was told its ports keeps sending there: one that is started again listens there too.
        again = msgspec.structs.replace(config, http_port=ports[HTTP], grpc_port=ports[GRPC])
        self._children.configure(COLLECTOR, again)
        self.environment = otlp_environment(wanted.protocol, ports)
        self._say(f"collecting spans at {LOCAL}, HTTP {ports[HTTP]}, gRPC {ports[GRPC]}")

    def mind(self, lost: dict[str, str]) -> None:
        """Take the collector out of what was lost: it is started again, or done without."""
        reason = lost.pop(COLLECTOR, "")
        if not reason:
            return
        if self._children.restart(COLLECTOR):
            self._restarts += 1
            self._note("restarted", COLLECTOR, reason=reason)
            self._say(f"{reason}; started again")
        else:
            self._give_up(reason)

    def end(self) -> None:
        """End it, and put on record what it took."""
        if not self._on:
            return
        counts = self._children.end_collecting()
        reason = self._children.stop(COLLECTOR)
        if counts is None:
            self._note("collector_lost", COLLECTOR, reason=reason or "it did not say its counts")
            return
        self._note("collected", COLLECTOR, restarts=self._restarts, **counts)
        self._say(f"{counts['accepted_spans']} spans of others collected")

    def _give_up(self, reason: str) -> None:
        self._on = False
        self._children.give_up(COLLECTOR)
        self._note("collector_lost", COLLECTOR, reason=reason)
        self._say(f"{reason}\nthe run goes on without a collector")
