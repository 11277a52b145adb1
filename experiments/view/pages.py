"""The page's HTML and style: the report's templates, and a few of its own beside them."""

from functools import cache
from pathlib import Path

import jinja2
import msgspec

from experiments.judging.verdict import Judgement
from experiments.report import summary, tables
from experiments.report.page import TEMPLATES, shortened
from experiments.report.words import moment
from experiments.view.opened import Opened
from telemetry.clock import seconds

HERE = Path(__file__).parent
STATIC = HERE / "static"


def page(opened: Opened) -> str:
    """Return the page: the verdict whole, the rest to be filled by its scripts."""
    judgement = opened.judgement
    facts = {} if judgement is None else _verdict(opened, judgement)
    return (
        _environment()
        .get_template("view.html.j2")
        .render(
            run=opened.folder.name,
            title=opened.experiment.title,
            judged=judgement is not None,
            note=opened.note,
            tiles=summary.tiles(
                opened.seen.evidence, opened.stories, {} if judgement is None else judgement.spend
            ),
            legend=list(opened.colours.items()),
            choices=opened.choices,
            total=f"{len(opened.by_number):,}",
            stretches=stretches(opened),
            end=moment(opened.end_s),
            has_report=opened.folder.report_html.is_file(),
            boot=msgspec.json.encode(
                {
                    "colours": opened.colours,
                    "end": opened.end_s,
                    "exchanges": len(opened.by_number),
                }
            ).decode(),
            **facts,
        )
    )


def exchange_html(facts: dict[str, object]) -> str:
    """Return one exchange as a piece of the page."""
    return _environment().get_template("exchange.html.j2").render(**facts)


def style() -> str:
    """Return the report's style with the page's own after it."""
    shared = _environment().get_template("style.css.j2").render()
    return shared + (STATIC / "view.css").read_text(encoding="utf-8")


def stretches(opened: Opened) -> list[tuple[str, float, float]]:
    """Return the stretches worth a button: phases, and each fault window with what is around it."""
    start_ns = opened.seen.evidence.start_ns
    found = [
        (
            phase.name.replace("_", "-"),
            seconds(phase.start_ns - start_ns),
            _end(opened, phase.end_ns),
        )
        for phase in opened.seen.evidence.phases
    ]
    for story in opened.stories:
        around_s = max(1.0, (story.end_s - story.start_s) / 4)
        end_s = min(opened.end_s, story.end_s + around_s)
        found.append((f"window {story.name}", max(0.0, story.start_s - around_s), end_s))
    return found


def _end(opened: Opened, at_ns: int) -> float:
    return min(opened.end_s, seconds(at_ns - opened.seen.evidence.start_ns))


def _verdict(opened: Opened, judgement: Judgement) -> dict[str, object]:
    return {
        "verdict": judgement.verdict.value,
        "kind": judgement.verdict.value.lower(),
        "why": summary.why(judgement),
        "expected": summary.expected(opened.experiment, judgement),
        "reasons": judgement.invalid,
        "reasons_title": "Why this run cannot count",
        "findings": tables.finding_rows(judgement.findings, set(opened.by_trace)),
        "no_findings": "The experiment has no gate, or none could be looked at.",
    }


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([HERE / "templates", TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shortened"] = shortened
    return environment
