"""The exporter of a run: started where the environment names a backend, missed by nobody."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from experiments.exported import injected_of, served_by_endpoint
from experiments.exported_metrics import send_verdict
from experiments.judging.verdict import Judgement
from experiments.metered import facts_of
from experiments.model import Experiment
from experiments.running.children import ChildFailedError
from experiments.running.processes import EXPORTER, Processes
from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.destination import LOGS, SettingError, is_set
from telemetry.exporting.signals import not_known
from telemetry.sending.wanted import are_wanted

SAY = Callable[[str], None]
LAST_SPANS_WITHIN_S = 10.0
"""How long the end of a run may wait for its last spans to be taken."""


class Exporting:
    """A run's exporter, or none. Nothing that it does or suffers is put on record."""

    def __init__(
        self, experiment: Experiment, folder: Path, run_tag: str, children: Processes, say: SAY
    ) -> None:
        self._experiment = experiment
        self._folder = folder
        self._run_tag = run_tag
        self._children = children
        self._say = say
        self._on = False

    def start(self) -> None:
        """Start it where the environment names a backend; one that cannot start is told of."""
        for setting in not_known(os.environ):
            self._say(f"{setting} is passed over: there is no such exporter here")
        if not (is_set(os.environ) or is_set(os.environ, LOGS) or are_wanted(os.environ)):
            return
        experiment = self._experiment
        config = ExporterConfig(
            run_folder=str(self._folder),
            run_tag=self._run_tag,
            title=experiment.title,
            endpoints=served_by_endpoint(experiment),
            injected=injected_of(experiment),
            stand_ins=tuple(e.name for e in experiment.endpoints if e.stand_in is not None),
            sample=experiment.telemetry.sample,
            metrics=facts_of(experiment, self._folder.name, self._run_tag),
        )
        self._on = True
        try:
            self._children.start(EXPORTER, config)
        except ChildFailedError as error:
            self._give_up(str(error))

    def mind(self, lost: dict[str, str]) -> None:
        """Take the exporter out of what was lost: it is started again, or done without."""
        reason = lost.pop(EXPORTER, "")
        if not reason:
            return
        if self._children.restart(EXPORTER):
            self._say(f"{reason}; started again, nothing is lost")
        else:
            self._give_up(reason)

    def end(self) -> None:
        """Let it send what is left, for a bounded time, and say what became of it."""
        if not self._on:
            return
        self._say(f"sending the last of it, for {LAST_SPANS_WITHIN_S:g} s at the most")
        said = self._children.end_exporting(LAST_SPANS_WITHIN_S)
        self._children.stop(EXPORTER, within_s=2.0)
        if said is None:
            self._say(f"not everything was sent; to go on: crosswind export {self._folder}")
            return
        self._tell(said, "spans", "reason")
        self._say_of_metrics(said)
        self._tell(said, "log events", "log_reason", " --logs")

    def _tell(
        self, said: Mapping[str, int | str], what: str, reason: str, option: str = ""
    ) -> None:
        """Say what became of one signal; nothing where it has no backend."""
        word = what.replace(" ", "_")
        if f"{word}_sent" not in said:
            return
        self._say(f"{said[f'{word}_sent']} {what} exported")
        left, why = said[f"{word}_left"], said[reason]
        if left or why:
            self._say(f"{left} left ({why}); to go on: crosswind export {self._folder}{option}")

    def _say_of_metrics(self, said: dict[str, int | str]) -> None:
        if reason := said.get("metrics_reason"):
            later = f"crosswind export {self._folder} --metrics"
            self._say(f"the last metrics were not taken ({reason}); later: {later}")

    def _give_up(self, reason: str) -> None:
        self._on = False
        self._children.give_up(EXPORTER)
        self._say(f"{reason}\nthe run goes on without an exporter")


def tell_verdict(folder: Path, judgement: Judgement, say: SAY) -> None:
    """Send a run's verdict after its metrics; says why where it was not taken."""
    try:
        reasons = send_verdict(folder, judgement)
    except SettingError as error:
        reasons = [str(error)]
    for reason in reasons:
        say(f"the verdict was not sent ({reason}); later: crosswind export {folder} --metrics")
