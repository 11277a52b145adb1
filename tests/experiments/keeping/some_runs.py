"""Run folders as they lie in `runs/`, some judged and some not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from experiments.keeping.found import FoundRun
from experiments.reading.resolved import write_resolved
from telemetry.run_folder import RunFolder, run_id
from tests.experiments.finished import written
from tests.experiments.scenario import experiment

NOW = datetime(2026, 6, 30, 12, 0, 0, tzinfo=UTC)


def run_folder(parent: Path, days_ago: float, verdict: str = "PASS", tag: str = "0badcafe") -> Path:
    """Write a run folder that was begun so long ago; it holds little."""
    path = parent / run_id("azure-outage", tag, NOW - timedelta(days=days_ago))
    folder = RunFolder(path)
    folder.spans.mkdir(parents=True)
    for file in folder.sealed:
        file.write_bytes(b"x" * 2_500)
    write_resolved(folder, written(experiment()), run_tag=tag)
    if verdict:
        code = {"PASS": 0, "FAIL": 3}.get(verdict, 4)
        folder.verdict.write_text(f'{{"verdict": "{verdict}", "exit_code": {code}, "more": []}}')
    return path


def found(days_ago: float, verdict: str = "PASS", *, renamed: bool = False) -> FoundRun:
    return FoundRun(
        path=Path(f"runs/{days_ago}-{verdict}"),
        title="Azure goes down",
        begun=NOW - timedelta(days=days_ago),
        verdict=verdict,
        exit_code=0,
        size=1000,
        sealed=True,
        renamed=renamed,
    )
