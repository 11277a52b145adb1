"""`crosswind run`: a folder, a run in it, a verdict on it."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from experiments.judging.conclude import Conclusion, conclude
from experiments.model import Experiment
from experiments.reading.problems import UsageError
from experiments.reading.resolved import write_resolved
from experiments.running.conductor import Conductor
from experiments.running.exporting import tell_verdict
from experiments.running.ports import check_ports
from experiments.running.terms import Terms
from experiments.running.watcher import Watcher
from telemetry.run_folder import new_run_folder
from telemetry.under_way import held

RUN_TAG_BYTES = 4


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """A run that was judged; `end_asked`: somebody pressed Ctrl-C, if only while it was judged."""

    folder: Path
    conclusion: Conclusion
    end_asked: bool


def rehearse(experiment: Experiment, terms: Terms, watcher: Watcher) -> Rehearsed:
    """Run an experiment and judge it.

    Before anything is started raises PortTakenError when a listener's port is in use, UsageError
    when no run folder can be made.
    """
    check_ports(experiment)
    run_tag = secrets.token_hex(RUN_TAG_BYTES)
    try:
        folder = new_run_folder(terms.out, experiment.name, run_tag, datetime.now(UTC))
    except OSError as error:
        raise UsageError(
            f"--out {terms.out}: no run folder can be made there: {error.strerror}"
        ) from error
    with held(folder.path):
        write_resolved(folder, experiment, run_tag=run_tag, overrides=terms.overrides)
        watcher.said(f"run folder: {folder.path}")
        conductor = Conductor(experiment, folder.path, run_tag, watcher, terms)
        with conductor.interrupts as interrupts:
            conductor.conduct()
            # Whoever asks for the end from here on gets it in a moment, and a verdict with it.
            conclusion = conclude(folder.path)
            tell_verdict(folder.path, conclusion.judgement, watcher.said)
            return Rehearsed(folder=folder.path, conclusion=conclusion, end_asked=interrupts.asked)
