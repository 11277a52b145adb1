"""The folder that holds everything a run saw: where each part of it lies, and how one is made."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

_UNSAFE = re.compile(r"[^A-Za-z0-9_.]+")
COLLECTED = "collected"
_TAG = re.compile(r"-([0-9a-f]{8})$")


class RunFolder(msgspec.Struct, frozen=True):
    """One run's folder; nothing here touches the disk."""

    path: Path

    @property
    def name(self) -> str:
        """The run's id: `<UTC yyyymmddThhmmssZ>-<experiment>-<run tag>`."""
        return self.path.resolve().name

    @property
    def run_tag(self) -> str:
        """The 8 hex digits that end the folder's name; empty when it was renamed."""
        found = _TAG.search(self.name)
        return found.group(1) if found else ""

    @property
    def experiment(self) -> Path:
        """The resolved experiment: overrides, seed and versions included."""
        return self.path / "experiment.yaml"

    @property
    def spool(self) -> Path:
        """What the processes append to while the run goes on; gone once it is sealed."""
        return self.path / "spool"

    @property
    def spans(self) -> Path:
        """The sealed record: four Parquet files."""
        return self.path / "spans"

    @property
    def attempts(self) -> Path:
        """One row per attempt, the proxy's view beside the client's."""
        return self.spans / "attempts.parquet"

    @property
    def exchanges(self) -> Path:
        """One row per user request."""
        return self.spans / "exchanges.parquet"

    @property
    def faults(self) -> Path:
        """One row per attestation."""
        return self.spans / "faults.parquet"

    @property
    def events(self) -> Path:
        """One row per event, and what is known of the spools."""
        return self.spans / "events.parquet"

    @property
    def sealed(self) -> tuple[Path, ...]:
        """The sealed record's files, which appear together."""
        return self.attempts, self.exchanges, self.faults, self.events

    @property
    def config(self) -> Path:
        """The configurations that the processes were started with."""
        return self.path / "config"

    @property
    def log(self) -> Path:
        """What the processes wrote to their standard error."""
        return self.path / "log"

    @property
    def run_log(self) -> Path:
        """What happened, a JSON line per event; written while the run goes on, and made again."""
        return self.path / "run.log.ndjson"

    @property
    def stand_in(self) -> Path:
        """The stand-ins' own request logs: ground truth for tests, never part of a verdict."""
        return self.path / "stand-in"

    @property
    def collected(self) -> Path:
        """Spans that others sent over OTLP while the run went on; never part of a verdict."""
        return self.path / COLLECTED

    @property
    def export(self) -> Path:
        """What of the run each backend has taken."""
        return self.path / "export"

    @property
    def export_of_logs(self) -> Path:
        """What of the run's log each backend has taken."""
        return self.export / "logs"

    @property
    def verdict(self) -> Path:
        """The verdict with its findings and figures."""
        return self.path / "verdict.json"

    @property
    def report_html(self) -> Path:
        """The report as one self-contained page."""
        return self.path / "report.html"

    @property
    def report_md(self) -> Path:
        """The report as text."""
        return self.path / "report.md"

    @property
    def junit(self) -> Path:
        """The findings as a test suite."""
        return self.path / "junit.xml"


def run_id(experiment_name: str, run_tag: str, now: datetime) -> str:
    """Return a run folder's name; raises ValueError for a time without a zone."""
    if now.tzinfo is None:
        raise ValueError("a run's time needs a time zone")
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    experiment = _UNSAFE.sub("-", experiment_name).strip("-.") or "experiment"
    return f"{stamp}-{experiment}-{run_tag}"


def new_run_folder(out: Path, experiment_name: str, run_tag: str, now: datetime) -> RunFolder:
    """Make the folder of a new run under `out`; raises FileExistsError when it is taken."""
    folder = RunFolder(out / run_id(experiment_name, run_tag, now))
    folder.path.mkdir(parents=True, exist_ok=False)
    for part in (folder.spool, folder.config, folder.log, folder.stand_in):
        part.mkdir()
    return folder
