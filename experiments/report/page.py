"""The report as one self-contained page: no script, no request, no file beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
import msgspec
from markupsafe import Markup

from experiments.judging.verdict import Judgement
from experiments.model import Experiment
from experiments.report import summary, tables
from experiments.report.charts.attempts import attempts_chart
from experiments.report.charts.errors import errors_chart
from experiments.report.charts.latency import is_log, latency_chart
from experiments.report.charts.traffic import traffic_chart
from experiments.report.charts.waterfall import waterfall
from experiments.report.charts.window import window_chart
from experiments.report.frame import Axis, Stretch, marks_of
from experiments.report.series import Series, endpoints, series
from experiments.report.windows import WindowStory, stories
from experiments.report.words import amount, count, moment, outcome_words, sharing, utc_words
from experiments.report.worst import worst_exchanges
from telemetry.chains import is_command
from telemetry.clock import seconds
from telemetry.exchange import Evidence, Exchange
from telemetry.foreign.evidence import is_analysis
from telemetry.record import Record

TEMPLATES = Path(__file__).parent / "templates"
COLOURS = 6


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What every part of the page is made from."""

    experiment: Experiment
    record: Record
    judgement: Judgement
    evidence: Evidence
    stories: tuple[WindowStory, ...]
    series: Series
    colours: dict[str, str]
    axis: Axis
    worst: tuple[Exchange, ...]


def html(  # noqa: PLR0913 - a run, what was made of it, and what else is known
    experiment: Experiment,
    record: Record,
    judgement: Judgement,
    evidence: Evidence,
    facts: Mapping[str, str] | None = None,
    *,
    links: Mapping[str, str] | None = None,
) -> str:
    """Return the page.

    `facts` are further words about the run (versions, overrides), `links` addresses of traces by
    their ids.
    """
    view = _view(experiment, record, judgement, evidence)
    return _template().render(
        **_head(view),
        **_timeline(view),
        **_details(view),
        windows=[_window(view, story, i) for i, story in enumerate(view.stories)],
        waterfalls=[_waterfall(view, exchange) for exchange in view.worst],
        facts=_run_facts(view, facts or {}),
        links=links or {},
    )


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shortened"] = shortened
    return environment.get_template("report.html.j2")


def _view(experiment: Experiment, record: Record, judgement: Judgement, evidence: Evidence) -> View:
    found = stories(experiment, judgement, evidence)
    plotted = series(record, evidence)
    names = endpoints(evidence)
    return View(
        experiment=experiment,
        record=record,
        judgement=judgement,
        evidence=evidence,
        stories=found,
        series=plotted,
        colours={name: f"e{i}" if i < COLOURS else "other" for i, name in enumerate(names)},
        axis=_axis(evidence, found, plotted.end_s),
        worst=worst_exchanges(judgement, evidence),
    )


def _axis(evidence: Evidence, found: Sequence[WindowStory], end_s: float) -> Axis:
    return Axis(
        end_s=end_s,
        phases=tuple(
            Stretch(
                phase.name,
                seconds(phase.start_ns - evidence.start_ns),
                min(end_s, seconds(phase.end_ns - evidence.start_ns)),
            )
            for phase in evidence.phases
        ),
        bands=tuple(
            Stretch(_band_words(story), story.start_s, story.end_s, story.name) for story in found
        ),
        marks=marks_of(found),
    )


def _band_words(story: WindowStory) -> str:
    what = f": {story.what}" if story.what else ""
    return f"{story.name}{what} at {', '.join(story.endpoints)}"


def _head(view: View) -> dict[str, object]:
    judgement = view.judgement
    shown = {exchange.trace_id for exchange in view.worst}
    reasons = judgement.invalid
    replay = view.experiment.incident.notes if view.experiment.incident else ()
    return {
        "verdict": judgement.verdict.value,
        "kind": judgement.verdict.value.lower(),
        "title": judgement.title or view.experiment.title,
        "run": judgement.run,
        "why": summary.why(judgement),
        "expected": summary.expected(view.experiment, judgement),
        "reasons": reasons,
        "reasons_title": "Why this run cannot count",
        "findings": tables.finding_rows(judgement.findings, shown),
        "no_findings": "The experiment has no gate, or none could be looked at.",
        "replay": replay,
        "notes": tuple(note for note in judgement.notes if note not in replay),
        "analysis": is_analysis(view.record),
        "inferred": bool(_inferred(view)),
        "tiles": summary.tiles(view.evidence, view.stories, judgement.spend),
    }


def _timeline(view: View) -> dict[str, object]:
    plotted, axis, colours = view.series, view.axis, view.colours
    latency = plotted.latency
    return {
        "bands": axis.bands,
        "legend": list(colours.items()),
        "charts": {
            "traffic": traffic_chart(axis, plotted.traffic, colours),
            "errors": errors_chart(axis, plotted.traffic),
            "latency": latency_chart(axis, latency, colours),
            "attempts": attempts_chart(axis, plotted.lanes, plotted.bins, colours),
        },
        "stands": _stands(view),
        "bin_words": _stretch_words(plotted.bins.width_s),
        "pool_words": f"stretches of {amount(latency.bins.width_s, 's')}",
        "log_axis": is_log(latency),
        "thinned": _thinned_words(view),
        "askers": _askers(view),
        "has_breakers": any(lane.breaker for lane in plotted.lanes),
    }


def _stands(view: View) -> str:
    """Say where an exchange stands on the axis."""
    if is_analysis(view.record):
        return "it began"
    return "its first attempt began" if _by_command(view) else "its arrival was planned"


def _thinned_words(view: View) -> str:
    drawn, total = len(view.series.latency.dots), len(view.evidence.exchanges)
    return f"{drawn:,} of {total:,} exchanges have a dot, evenly chosen." if drawn < total else ""


def _askers(view: View) -> str:
    """Say whose attempts these are."""
    if is_analysis(view.record):
        return "whoever made the spans"
    if view.experiment.gateway is not None:
        return "the gateway"
    return "the command" if _by_command(view) else "all clients"


def _by_command(view: View) -> bool:
    return is_command(view.record.events)


def _unplanned(view: View) -> bool:
    """Tell whether nobody planned this load."""
    return _by_command(view) or is_analysis(view.record)


def _stretch_words(width_s: float) -> str:
    return "second" if width_s == 1 else f"stretch of {amount(width_s, 's')}"


def _details(view: View) -> dict[str, object]:
    total = len(view.evidence.exchanges)
    words = f"{count(len(view.worst), 'exchange')} of {total:,}: those that the gates name first."
    if view.experiment.gateway is not None:
        words += " Above, what the user got of the gateway; below, what it asked, at the proxies."
    return {
        "worst_words": words if view.worst else "No exchange was recorded.",
        "phases": tables.phase_rows(view.evidence),
        "endpoints": tables.endpoint_rows(view.evidence, tuple(view.colours)),
        "attestation": tables.attestation_rows(view.experiment, view.record, view.judgement),
        "generator": () if _unplanned(view) else tables.fact_rows(view.judgement.generator),
        "spans": tables.fact_rows(view.judgement.spans),
        "spools": tables.spool_rows(view.record),
        "metrics": tables.metric_groups(view.judgement),
    }


def _window(view: View, story: WindowStory, index: int) -> dict[str, object]:
    last_s = seconds(view.evidence.end_ns - view.evidence.start_ns)
    span = amount(story.end_s - story.start_s, "s")
    return {
        "name": story.name,
        "what": story.what,
        "inferred": story.name in _inferred(view),
        "where": ", ".join(story.endpoints),
        "span": f"{moment(story.start_s)} to {moment(story.end_s)} ({span})",
        "hit": _hit_words(story),
        "rows": tables.window_rows(story),
        "limits": any(time.limit is not None for time in story.times),
        "chart": window_chart(story, last_s, f"window-{index}"),
    }


def _inferred(view: View) -> set[object]:
    """Return the names of the windows that nobody told."""
    return {window["name"] for window in view.judgement.windows if window.get("inferred")}


def _hit_words(story: WindowStory) -> str:
    if story.first_hit_s is None:
        return "The fault reached nobody."
    late = amount(story.first_hit_s - story.start_s, "s")
    return (
        f"First hit {late} after its start; {count(story.touched_exchanges, 'exchange')} touched "
        f"in {count(story.touched_attempts, 'attempt')}. Of the exchanges in the window, "
        f"{sharing(story.failed, story.exchanges)} failed for the user."
    )


def _waterfall(view: View, exchange: Exchange) -> dict[str, str | Markup]:
    return {
        "trace": exchange.trace_id,
        "number": str(exchange.number),
        "kind": "pass" if exchange.succeeded else "fail",
        "outcome": outcome_words(exchange.outcome),
        "words": tables.exchange_words(exchange, view.evidence, by_command=_unplanned(view)),
        "chart": waterfall(exchange, view.colours, view.evidence.end_ns),
    }


def _run_facts(view: View, facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    clock, start_ns = view.record.clock, view.evidence.start_ns
    if is_analysis(view.record):
        return (
            ("Source", view.judgement.run),
            ("First request", utc_words(clock.wall(start_ns))),
            ("Exit code", str(int(view.judgement.exit_code))),
        )
    return (
        ("Run", view.judgement.run or "unnamed"),
        ("Started", utc_words(clock.wall(start_ns))),
        ("Experiment", view.experiment.file or view.experiment.name),
        ("Seed", str(view.experiment.seed)),
        ("Run tag", view.record.run_tag),
        ("Host", clock.host),
        ("Exit code", str(int(view.judgement.exit_code))),
        *facts.items(),
    )


def shortened(trace: str) -> str:
    """Return the exchange number and a few digits more: enough to tell traces of a run apart."""
    return f"{trace[8:16].lstrip('0') or '0'}…{trace[16:20]}" if len(trace) == 32 else trace
