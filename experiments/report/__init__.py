"""What a run leaves to read: a page for people, Markdown for a comment, JUnit for CI."""

import os
from pathlib import Path

from experiments.judging.verdict import Judgement
from experiments.model import Experiment
from experiments.report.junit import junit
from experiments.report.markdown import markdown
from experiments.report.page import html
from experiments.report.run_facts import run_facts
from experiments.report.trace_links import linked_list, trace_links
from experiments.report.worst import worst_exchanges
from telemetry.exchange import Evidence
from telemetry.grafana.links import Explore
from telemetry.record import Record
from telemetry.run_folder import RunFolder


def write_reports(  # noqa: PLR0913 - a run, what was made of it, and where its traces are
    folder: Path,
    experiment: Experiment,
    record: Record,
    judgement: Judgement,
    evidence: Evidence,
    *,
    explore: Explore | None = None,
) -> None:
    """Write the three reports into a run folder, each whole or not at all; raises OSError."""
    files = RunFolder(folder)
    links = trace_links(worst_exchanges(judgement, evidence), record, explore)
    page = html(experiment, record, judgement, evidence, run_facts(files.experiment), links=links)
    _replace(files.report_html, page)
    _replace(files.report_md, markdown(experiment, judgement, evidence) + linked_list(links))
    _replace(files.junit, junit(experiment, judgement))


def _replace(path: Path, text: str) -> None:
    """Write beside the file and move over it, so that a reader never sees half a report."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
