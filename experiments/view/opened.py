"""A run that has been read, ready to be looked at."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from experiments.judging.verdict import Judgement, Verdict
from experiments.model import Experiment
from experiments.queried import seen_of
from experiments.reading.problems import as_usage_error
from experiments.reading.resolved import read_resolved
from experiments.report.page import COLOURS
from experiments.report.series import endpoints, observed_s
from experiments.report.windows import WindowStory, number, stories
from experiments.view.listing import Choice, choices
from experiments.view.shelf import Shelf
from telemetry.exchange import Exchange
from telemetry.record import EventFact
from telemetry.run_folder import RunFolder
from telemetry.seal import SealError, is_sealed
from telemetry.under_way import under_way
from telemetry.view import Seen

Say = Callable[[str], None]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page is made from; `note` says why it may not be the whole run."""

    folder: RunFolder
    experiment: Experiment
    judgement: Judgement | None
    seen: Seen
    shelf: Shelf
    stories: tuple[WindowStory, ...]
    colours: dict[str, str]
    end_s: float
    by_number: dict[int, Exchange]
    by_trace: dict[str, int]
    breakers: tuple[EventFact, ...]
    choices: dict[str, tuple[Choice, ...]]
    note: str = ""


def open_run(path: Path, say: Say) -> Opened:
    """Read a run; `say` hears what takes long. Raises UsageError."""
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    say("reading the rows")
    seen = seen_of(path)
    exchanges = seen.evidence.exchanges
    say(f"putting {len(exchanges):,} exchanges into tables")
    shelf = Shelf(seen)
    judgement = read_judgement(folder)
    told = judgement or Judgement(verdict=Verdict.INCONCLUSIVE, exit_code=4)
    return Opened(
        folder=folder,
        experiment=experiment,
        judgement=judgement,
        seen=seen,
        shelf=shelf,
        stories=stories(experiment, told, seen.evidence),
        colours=_colours(endpoints(seen.evidence)),
        end_s=observed_s(seen.evidence),
        by_number={exchange.number: exchange for exchange in exchanges},
        by_trace={exchange.trace_id: exchange.number for exchange in exchanges},
        breakers=seen.record.named("breaker"),
        choices=choices(shelf),
        note=_note(path),
    )


def read_judgement(folder: RunFolder) -> Judgement | None:
    """Read the verdict that was written; None where none was, or none that can be read."""
    try:
        said = msgspec.json.decode(folder.verdict.read_bytes(), type=dict[str, object])
        findings = msgspec.convert(said.get("findings", []), list[dict[str, object]])
        for finding in findings:
            finding.update({key: number(finding.get(key)) for key in ("observed", "limit")})
        return msgspec.convert(said | {"findings": findings}, Judgement)
    except (OSError, msgspec.MsgspecError):
        return None


def _colours(names: tuple[str, ...]) -> dict[str, str]:
    return {name: f"e{i}" if i < COLOURS else "other" for i, name in enumerate(names)}


def _note(path: Path) -> str:
    """Say why this may not be the whole run; empty where it is."""
    if is_sealed(path):
        return ""
    with as_usage_error(SealError, OSError):
        writing = under_way(path)
    if writing:
        return f"Read while the run was not over ({writing}): start the command again to see more."
    return "This run was never sealed: what its processes had written is shown."
