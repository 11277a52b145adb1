"""Conducts one run: prepares the processes, drives the phases, ends everything, leaves a record."""

import os
import time
from pathlib import Path

from experiments.model import Experiment
from experiments.running import processes
from experiments.running.children import ChildFailedError, EndAskedError
from experiments.running.interrupts import Interrupts, not_judged
from experiments.running.preparation import Preparation
from experiments.running.processes import (
    INJECTOR,
    STAND_INS,
    STORE,
    WORKER,
    Processes,
    worker_index,
)
from experiments.running.progress import read_progress
from experiments.running.stop_checks import StopChecks
from experiments.running.terms import Terms
from experiments.running.watcher import Moment, Watcher
from loadgen.plan import plan
from telemetry.clock import nanoseconds, now_ns
from telemetry.identity import GATEWAY
from telemetry.record import Scalar
from telemetry.recorder import Recorder, open_spool
from telemetry.rows import Event

LEAD_S = 0.3
"""Between the start order and time zero: schedules are in place before anything is due."""

TICK_S = 0.05
OVERDUE_S = 15.0
"""How long after load and drain a worker may still be silent before it counts as lost."""

USUAL = Terms()


class Conductor:
    """One run of one experiment in one folder."""

    def __init__(
        self,
        experiment: Experiment,
        folder: Path,
        run_tag: str,
        watcher: Watcher,
        terms: Terms = USUAL,
    ) -> None:
        """`watcher` is told what happens while it happens."""
        self._experiment = experiment
        self._workers = terms.workers
        self._watcher = watcher
        self.interrupts = Interrupts(self._end_at_once, not_judged(folder))
        self._children = Processes(
            folder, experiment.environment, end_asked=lambda: self.interrupts.asked
        )
        self._recorder: Recorder = open_spool(
            folder, "conductor", environment={**os.environ, **experiment.environment}
        )
        self._preparation = Preparation(
            experiment,
            folder,
            run_tag,
            self._children,
            note=self._note,
            say=watcher.said,
            live=terms.live,
        )
        self._checks = StopChecks(experiment.stop)
        self._finished: set[str] = set()
        self._zero_ns = 0
        self._drained_ns = 0
        self._aborted = ""

    def conduct(self) -> None:
        """Run it to its end, however it goes; the folder can be judged afterwards.

        To be called while `interrupts` are counted.
        """
        try:
            self._prepare()
            self._drive()
        except EndAskedError:
            self._interrupt("preparation", "ending what was started")
        except ChildFailedError as error:
            self._lose("preparation", str(error))
        finally:
            self._finish()

    def _interrupt(self, when: str, what: str) -> None:
        self._aborted = f"interrupted in the {when}"
        self._watcher.said(f"interrupted: {what} (again: end at once)")

    def _end_at_once(self) -> None:
        self._children.kill_all()
        self._watcher.cut_off()

    def _prepare(self) -> None:
        self._preparation.prepare(self._workers)

    def _drive(self) -> None:
        phases = self._experiment.phases
        arrivals = plan(self._experiment.load, seed=self._experiment.seed, duration_s=phases.load_s)
        self._zero_ns = now_ns() + nanoseconds(LEAD_S)
        self._children.begin(self._zero_ns)
        self._note("plan", planned=len(arrivals), seed=self._experiment.seed)
        for name, start_s, end_s in phases.spans():
            self._note("phase", name, start_ns=self._at_ns(start_s), end_ns=self._at_ns(end_s))
        self._watcher.said(f"{len(arrivals)} exchanges planned over {phases.load_s:g} s")
        self._checks.start()
        while not (self._ended() or self._overdue()):
            time.sleep(TICK_S)
            self._recorder.flush()

    def _ended(self) -> bool:
        if self.interrupts.asked:
            self._interrupt(f"{self._phase_now()} phase", "stopping the load and removing faults")
            return True
        if reason := self._children.abort_reason() or self._checks.reason:
            self._aborted = reason
            self._watcher.said(f"stopping: {reason}")
            return True
        self._show_progress()
        self._watch_gateway()
        if self._all_finished():
            self._drained_ns = now_ns()
            return True
        return self._lost_any()

    def _all_finished(self) -> bool:
        for name in self._children.workers:
            if any("finished" in word for word in self._children.words(name)):
                self._finished.add(name)
        return self._finished.issuperset(self._children.workers)

    def _watch_gateway(self) -> None:
        """Put a gateway's death on record; the load goes on, since its users' would too."""
        for word in self._children.words(GATEWAY):
            if "gateway_died" in word:
                code, last = word["gateway_died"], str(word.get("last_lines", ""))
                self._note("gateway_died", GATEWAY, exit_code=str(code), last_lines=last)
                self._watcher.said(f"the gateway ended with {code}; its users stay\n{last}")

    def _overdue(self) -> bool:
        phases = self._experiment.phases
        if now_ns() < self._at_ns(phases.load_s + phases.drain_s + OVERDUE_S):
            return False
        self._lose(WORKER, "it did not finish in time")
        return True

    def _lost_any(self) -> bool:
        lost = self._children.lost()
        if STORE in lost and self._children.restart(STORE):
            self._note("restarted", STORE, reason=lost[STORE])
            self._watcher.said(f"{lost[STORE]}; started again, nothing is lost")
            lost.pop(STORE)
        self._preparation.collecting.mind(lost)
        self._preparation.exporting.mind(lost)
        for role, reason in lost.items():
            self._lose(role, reason + self._load_lost_with(role))
        spared = [name for name in lost if name in self._children.workers]
        if spared and len(spared) == len(lost) < len(self._children.workers):
            # What the others measure is worth having, if not worth a verdict.
            for name in spared:
                self._children.give_up(name)
            return False
        return bool(lost)

    def _load_lost_with(self, role: str) -> str:
        """Say which share of the load a worker had, if there are others."""
        if role not in self._children.workers or self._workers == 1:
            return ""
        clients = self._experiment.route.clients
        mine = range(worker_index(role), clients, self._workers)
        return f"; {len(mine) / clients:.0%} of the load went with it"

    def _lose(self, role: str, reason: str) -> None:
        self._note("lost", role, reason=reason)
        self._watcher.said(reason)

    def _finish(self) -> None:
        try:
            self._end_in_order()
        finally:
            self._checks.close()
            self._children.release_all()
            self._preparation.close()

    def _end_in_order(self) -> None:
        for name in self._children.workers:
            self._stop(name)
        self._drained_ns = self._drained_ns or now_ns()
        faults_left = self._children.disarm()
        self._stop(GATEWAY)
        self._watch_gateway()  # it may have died since it was last looked at
        self._preparation.collecting.end()
        for role in (INJECTOR, STAND_INS):
            self._stop(role)
        self._note(
            "run_end",
            aborted=self._aborted,
            faults_left=faults_left,
            drained_ns=self._drained_ns,
        )
        self._recorder.close()
        self._preparation.exporting.end()
        self._watcher.said("sealing the record")
        if reason := self._children.stop(STORE, processes.SEAL_WITHIN_S):
            self._watcher.said(f"the record was not sealed; it will be when it is judged. {reason}")

    def _stop(self, role: str) -> None:
        already_lost = role in self._children.lost()
        reason = self._children.stop(role)
        if reason and not already_lost:
            self._lose(role, reason)

    def _note(self, name: str, subject: str = "", **facts: Scalar) -> None:
        self._recorder.record_now(Event(name=name, at_ns=now_ns(), subject=subject, facts=facts))

    def _at_ns(self, seconds: float) -> int:
        return self._zero_ns + nanoseconds(seconds)

    def _elapsed_s(self) -> float:
        return (now_ns() - self._zero_ns) / 1e9

    def _phase_now(self) -> str:
        elapsed = self._elapsed_s()
        names = [name for name, start, _ in self._experiment.phases.spans() if start <= elapsed]
        if elapsed >= self._experiment.phases.load_s:
            return "drain"
        return names[-1] if names else "warm_up"

    def _show_progress(self) -> None:
        words = [word["progress"] for word in self._children.words(STORE) if "progress" in word]
        elapsed_s = self._elapsed_s()
        if elapsed_s < 0:
            return
        progress = read_progress(words[-1]) if words else None
        moment = Moment(elapsed_s=elapsed_s, phase=self._phase_now(), progress=progress)
        self._watcher.progressed(moment)
