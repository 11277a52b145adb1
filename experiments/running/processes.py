"""The processes of one run: started upstream first, ended downstream first, none left behind."""

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from experiments.running.children import (
    NOTHING_MORE,
    Child,
    ChildFailedError,
    EndAskedError,
    await_word,
    nobody_asks,
)
from faults.control import forget
from telemetry.identity import GATEWAY
from telemetry.leash import Disarm, Start, Stop
from telemetry.redaction import redactor_of

READY_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
SEAL_WITHIN_S = 120.0
DISARM_WITHIN_S = 5.0
COLLECTED_WITHIN_S = 5.0
RESTARTS = 3
"""How often a child may be started again that a run can do without for a moment."""

STAND_INS = "stand-in"
INJECTOR = "injector"
WORKER = "worker"
STORE = "store"
COLLECTOR = "collector"
EXPORTER = "exporter"

MODULES = {
    STAND_INS: "providers.stand_in_process",
    INJECTOR: "faults.injector",
    WORKER: "loadgen.worker",
    STORE: "telemetry.store",
    COLLECTOR: "telemetry.collector",
    EXPORTER: "telemetry.exporter",
    GATEWAY: "experiments.running.gateway_process",
}


def worker_index(name: str) -> int:
    """Return which worker a name is: `worker` is 0, `worker-1` is 1."""
    return int(name.removeprefix(WORKER).removeprefix("-") or 0)


class Processes:
    """The children of a run by role, and the order in which they begin and end."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] = NOTHING_MORE,
        end_asked: Callable[[], bool] = nobody_asks,
    ) -> None:
        """`folder` is the run folder: configurations and logs of the children lie in it.

        `environment` is added to that of every child: what is secret there is so everywhere. Once
        `end_asked` says so, nothing is started any more.
        """
        self._end_asked = end_asked
        self._environment = environment
        self._folder = folder
        self._children: dict[str, Child] = {}
        self._restarts: Counter[str] = Counter()
        self._aborts: list[str] = []
        self._unheard: dict[str, list[dict[str, object]]] = {}

    def start(
        self,
        role: str,
        config: msgspec.Struct,
        number: int = 0,
        *,
        ready_within_s: float = READY_WITHIN_S,
        environment: Mapping[str, str] = NOTHING_MORE,
    ) -> dict[str, int]:
        """Start a child and return its bound ports by endpoint.

        Raises ChildFailedError, or EndAskedError. `environment` is added to its own and written
        nowhere.
        """
        self.heed()
        path = self.configure(role, config, number)
        try:
            return self._launch(role, path, ready_within_s, environment, self._end_asked)
        finally:
            # It has been read; what stays may be read by anybody.
            known = redactor_of({**os.environ, **self._environment, **environment})
            path.write_text(known.redact(path.read_text()))

    def pid(self, role: str, number: int = 0) -> int:
        """Return the process id of a child that runs."""
        return self._children[f"{role}-{number}" if number else role].pid

    def configure(self, role: str, config: msgspec.Struct, number: int = 0) -> Path:
        """Write what a child reads when it is started, this time or again; return where."""
        path = self._folder / "config" / f"{role}-{number}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(config)))
        return path

    def _launch(
        self,
        role: str,
        config: Path,
        within_s: float = READY_WITHIN_S,
        environment: Mapping[str, str] = NOTHING_MORE,
        end_asked: Callable[[], bool] = nobody_asks,
    ) -> dict[str, int]:
        """Start what a configuration is for; its log, and its place here, have the same name."""
        log = self._folder / "log" / f"{config.stem}.log"
        log.parent.mkdir(exist_ok=True)
        told = {**self._environment, **environment}
        child = Child(role, MODULES[role], config, log, told)
        self._children[role if config.stem == f"{role}-0" else config.stem] = child
        word = await_word(child, "ready", within_s, end_asked)
        if not word["ready"]:
            raise ChildFailedError(
                f"{role} could not start: {word.get('error', 'no reason given')}"
            )
        return msgspec.convert(word.get("ports", {}), dict[str, int])

    def heed(self) -> None:
        """Raise EndAskedError once the end was asked for."""
        if self._end_asked():
            raise EndAskedError

    def begin(self, at_ns: int) -> None:
        """Tell the injector and the workers when the run's time zero is."""
        for name in (INJECTOR, *self.workers):
            self._children[name].order(Start(at_ns=at_ns))

    @property
    def workers(self) -> tuple[str, ...]:
        """The workers that are not given up, by name: `worker`, `worker-1`, ..."""
        return tuple(name for name, child in self._children.items() if child.role == WORKER)

    def give_up(self, name: str) -> None:
        """Go on without a child that is lost, or of no use."""
        child = self._children.pop(name)
        child.kill()
        child.close()

    def words(self, role: str) -> list[dict[str, object]]:
        """Return what a child has said since last asked, one that was stopped its last words."""
        child = self._children.get(role)
        said = self._unheard.pop(role, []) if child is None else child.words()
        self._aborts += [str(word["abort"]) for word in said if "abort" in word]
        return said

    def abort_reason(self) -> str:
        """Return why a child wants the run to stop (`{"abort": reason}`), empty when none does."""
        self.words(INJECTOR)
        return self._aborts[0] if self._aborts else ""

    def lost(self) -> dict[str, str]:
        """Return why, by role, for the children that ended without being told to."""
        return {
            role: f"{role} (process {child.pid}) ended with {child.exit_code()}"
            for role, child in self._children.items()
            if child.exit_code() is not None
        }

    def restart(self, role: str) -> bool:
        """Start a child again after its end; False when it has ended too often."""
        self._restarts[role] += 1
        if self._restarts[role] > RESTARTS:
            return False
        former = self._children.pop(role)
        former.kill()
        former.close()
        with contextlib.suppress(ChildFailedError):
            self._launch(role, self._folder / "config" / f"{role}-0.json")
        return True

    def end_collecting(self) -> dict[str, int] | None:
        """End the collector; returns its counts, None where there is none or it cannot say."""
        collector = self._children.get(COLLECTOR)
        if collector is None or collector.exit_code() is not None:
            return None
        collector.order(Stop(within_s=COLLECTED_WITHIN_S / 2))
        try:
            word = await_word(collector, "collected", COLLECTED_WITHIN_S)
        except ChildFailedError:
            return None
        return msgspec.convert(word["collected"], dict[str, int])

    def end_exporting(self, within_s: float) -> dict[str, int | str] | None:
        """End the exporter; returns what it says of itself, None where it cannot."""
        exporter = self._children.get(EXPORTER)
        if exporter is None or exporter.exit_code() is not None:
            return None
        exporter.order(Stop(within_s=within_s))
        try:
            word = await_word(exporter, "exported", within_s + 2.0)
        except ChildFailedError:
            return None
        return msgspec.convert(word["exported"], dict[str, int | str])

    def disarm(self) -> int:
        """Take every fault away; returns how many are left (0 when the injector is gone)."""
        injector = self._children.get(INJECTOR)
        if injector is None or injector.exit_code() is not None:
            return 0
        injector.order(Disarm())
        try:
            word = await_word(injector, "disarmed", DISARM_WITHIN_S)
        except ChildFailedError:
            injector.kill()  # with its listeners gone it can fault nobody
            return 0
        return msgspec.convert(word["faults_left"], int)

    def stop(self, role: str, within_s: float = STOP_WITHIN_S) -> str:
        """End one child in order; returns what went wrong, or nothing."""
        child = self._children.get(role)
        if child is None:
            return ""
        try:
            return self._stop(child, within_s)
        finally:
            self._unheard[role] = child.words()
            _bury(child)
            del self._children[role]

    def _stop(self, child: Child, within_s: float) -> str:
        if child.exit_code() is not None:
            return "" if child.exit_code() == 0 else f"{child.role} ended with {child.exit_code()}"
        child.order(Stop(within_s=within_s / 2))
        if not child.wait(within_s):
            child.kill()
            return f"{child.role} did not end within {within_s:g} s and was killed"
        if child.exit_code():
            said = child.last_words()
            return f"{child.role} ended with {child.exit_code()}" + (f":\n{said}" if said else "")
        return ""

    def release_all(self, within_s: float = 7.0) -> None:
        """Drop every leash, wait for the children to go, and end those that do not."""
        for child in self._children.values():
            child.release()
        deadline = time.monotonic() + within_s
        for child in self._children.values():
            if not child.wait(max(0.0, deadline - time.monotonic())):
                child.kill()
            _bury(child)
        self._children.clear()

    def kill_all(self) -> None:
        """End every child at once."""
        for child in self._children.values():
            if child.exit_code() is None:
                child.kill()
            _bury(child)


def _bury(child: Child) -> None:
    """Remove what a child that has ended leaves behind."""
    child.close()
    if child.role == INJECTOR:
        forget(child.pid)
