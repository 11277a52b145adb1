"""`crosswind exec`: one's own command, under the proxies, judged by what it did on the wire."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from experiments.judging.conclude import Conclusion, conclude
from experiments.model import Experiment
from experiments.reading.problems import UsageError
from experiments.reading.resolved import write_resolved
from experiments.running.children import ChildFailedError, EndAskedError
from experiments.running.descendants import any_left, descendants, signal_all
from experiments.running.exporting import tell_verdict
from experiments.running.interrupts import Interrupts, not_judged
from experiments.running.ports import check_ports
from experiments.running.preparation import Preparation
from experiments.running.processes import INJECTOR, STAND_INS, STORE, Processes
from experiments.running.run import RUN_TAG_BYTES
from experiments.running.stop_checks import StopChecks
from experiments.running.watcher import Say
from telemetry.chains import COMMAND_END, COMMAND_START
from telemetry.clock import now_ns
from telemetry.record import Scalar
from telemetry.recorder import open_spool
from telemetry.redaction import redactor_of
from telemetry.rows import Event
from telemetry.run_folder import RunFolder, new_run_folder
from telemetry.under_way import held

TICK_S = 0.05
LEAVE_WITHIN_S = 5.0
"""How long a command may take to go once it was asked to."""


def execute(
    experiment: Experiment, command: Sequence[str], *, out: Path, say: Say
) -> tuple[Path, Conclusion, int | None]:
    """Run a command and judge it; returns the run folder, the conclusion and its exit code.

    Raises PortTakenError or UsageError before anything is started; the exit code is None for a
    command that did not run.
    """
    check_ports(experiment)
    run_tag = secrets.token_hex(RUN_TAG_BYTES)
    try:
        folder = new_run_folder(out, experiment.name, run_tag, datetime.now(UTC))
    except OSError as error:
        raise UsageError(f"--out {out}: no run folder can be made: {error.strerror}") from error
    told = redactor_of(os.environ).redact(command[0])
    with held(folder.path):
        write_resolved(folder, experiment, run_tag=run_tag, command=(told,))
        say(f"run folder: {folder.path}")
        execution = Execution(experiment, folder, run_tag, command, say)
        with execution.interrupts:
            execution.run()
            conclusion = conclude(folder.path)
            tell_verdict(folder.path, conclusion.judgement, say)
            return folder.path, conclusion, execution.exit_code


class Execution:
    """One command in one run folder; `exit_code` is what it ended with."""

    def __init__(
        self,
        experiment: Experiment,
        folder: RunFolder,
        run_tag: str,
        command: Sequence[str],
        say: Say,
    ) -> None:
        self._command = command
        self._say = say
        self._folder = folder
        self.interrupts = Interrupts(self._end_at_once, not_judged(folder.path))
        self._children = Processes(folder.path, end_asked=lambda: self.interrupts.asked)
        self._recorder = open_spool(folder.path, "conductor")
        self._preparation = Preparation(
            experiment, folder.path, run_tag, self._children, note=self._note, say=say
        )
        self._checks = StopChecks(experiment.stop)
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving: tuple[int, ...] = ()
        self._aborted = ""
        self.exit_code: int | None = None

    def run(self) -> None:
        """Run it to its end, however it goes; the folder can be judged afterwards.

        To be called while `interrupts` are counted.
        """
        try:
            environment = self._preparation.prepare_for_command()
            self._children.heed()
            self._run_command(environment)
        except EndAskedError:
            self._aborted = "interrupted in the preparation"
            self._say("interrupted: the command was not started (again: end at once)")
        except ChildFailedError as error:
            self._lose("preparation", str(error))
        finally:
            self._finish()

    def _run_command(self, environment: dict[str, str]) -> None:
        told = {
            **os.environ,
            **environment,
            "CROSSWIND_RUN_FOLDER": str(self._folder.path.resolve()),
        }
        start_ns = now_ns()
        self._children.begin(start_ns)
        self._note(COMMAND_START, program=self._command[0])
        try:
            self._process = subprocess.Popen(self._command, env=told)  # noqa: S603 - what the user wants run
        except OSError as error:
            self._lose("command", f"{self._command[0]} cannot be started: {error.strerror}")
            return
        self._checks.start()
        self._await_end(self._process)
        self._note(COMMAND_END, exit_code=self.exit_code)
        self._note("phase", "fault", start_ns=start_ns, end_ns=now_ns())

    def _await_end(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None and not self._ended():
            time.sleep(TICK_S)
            self._recorder.flush()
        # What was said in the command's last moment counts too: it may end by what refused it.
        self._aborted = self._aborted or self._children.abort_reason()
        if self.interrupts.asked:
            # The terminal's Ctrl-C reaches the command too, and it may be gone before we look.
            self._aborted = self._aborted or "interrupted"
        self._leave(process)
        self.exit_code = process.returncode

    def _ended(self) -> bool:
        self._children.words(STORE)
        self._aborted = self._children.abort_reason() or self._checks.reason
        lost = self._children.lost()
        self._preparation.collecting.mind(lost)
        self._preparation.exporting.mind(lost)
        for role, reason in lost.items():
            self._lose(role, reason)
            return True
        return self.interrupts.asked or bool(self._aborted)

    def _leave(self, process: "subprocess.Popen[bytes]") -> None:
        """End a command that has not ended by itself: it and its own are asked, then made to."""
        if process.poll() is not None:
            return
        self._say("ending the command")
        self._leaving = (process.pid, *descendants(process.pid))
        signal_all(self._leaving, signal.SIGTERM)
        deadline = time.monotonic() + LEAVE_WITHIN_S
        while (process.poll() is None or any_left(self._leaving)) and time.monotonic() < deadline:
            time.sleep(TICK_S)
        signal_all(self._leaving, signal.SIGKILL)
        self._leaving = ()
        process.wait()

    def _end_at_once(self) -> None:
        if self._process is not None and self._process.poll() is None:
            family = (self._process.pid, *descendants(self._process.pid))
            signal_all(family, signal.SIGKILL)
        signal_all(self._leaving, signal.SIGKILL)  # the command may have gone before its own
        self._children.kill_all()

    def _finish(self) -> None:
        try:
            drained_ns = now_ns()
            faults_left = self._children.disarm()
            self._preparation.collecting.end()
            for role in (INJECTOR, STAND_INS):
                if reason := self._children.stop(role):
                    self._lose(role, reason)
            self._note(
                "run_end", aborted=self._aborted, faults_left=faults_left, drained_ns=drained_ns
            )
            self._recorder.close()
            self._preparation.exporting.end()
            self._children.stop(STORE)
        finally:
            self._checks.close()
            self._children.release_all()
            self._preparation.close()

    def _lose(self, role: str, reason: str) -> None:
        self._note("lost", role, reason=reason)
        self._say(reason)

    def _note(self, name: str, subject: str = "", **facts: Scalar) -> None:
        self._recorder.record_now(Event(name=name, at_ns=now_ns(), subject=subject, facts=facts))
