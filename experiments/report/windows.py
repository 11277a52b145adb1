"""What happened around each fault window, as times that can be drawn and told; pure."""

import math

import msgspec

from experiments.judging.tallies import told
from experiments.judging.verdict import Finding, Judgement
from experiments.model import Experiment
from experiments.report.words import OPERATOR
from telemetry.clock import seconds
from telemetry.columnar.distributions import COLUMNS
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.exchange import Evidence, Exchange, Window
from telemetry.figure import Scope
from telemetry.windows import names_of

FIRST_HIT = "first hit"
WINDOW_END = "end of the window"
BREACH = "first breach"
STEPS = {
    "detection_time": ("Detection", FIRST_HIT, "first attempt elsewhere"),
    "first_rerouted_success": ("First rerouted success", FIRST_HIT, "first token from elsewhere"),
    "failover_time": ("Failover", FIRST_HIT, "traffic has left the faulted endpoint"),
    "recovery_time": ("Recovery", BREACH, "success and latency are back for good"),
    "failback_time": ("Failback", WINDOW_END, "the endpoint serves its share again"),
}
"""Metric -> (name, what it counts from, what it counts to)."""


class WindowTime(msgspec.Struct, frozen=True, kw_only=True):
    """One of a window's times; `origin_s` on the run's axis, None where it is not known."""

    metric: str
    name: str
    origin: str
    until: str
    origin_s: float | None
    value: float | None
    samples: int | None = None
    reason: str = ""
    limit: float | None = None
    holds: str = ""

    @property
    def end_s(self) -> float | None:
        """Where it ends on the run's axis; `inf` for never, None where it cannot be placed."""
        if self.origin_s is None or self.value is None:
            return None
        return self.origin_s + self.value


class WindowStory(msgspec.Struct, frozen=True, kw_only=True):
    """One window: where, when, and its times; seconds on the run's axis."""

    name: str
    endpoints: tuple[str, ...]
    what: str
    start_s: float
    end_s: float
    first_hit_s: float | None
    touched_attempts: int
    touched_exchanges: int
    exchanges: int
    failed: int
    silent: int
    times: tuple[WindowTime, ...]

    def time(self, metric: str) -> WindowTime | None:
        """Return one of its times; None when it was not measured."""
        return next((time for time in self.times if time.metric == metric), None)


def stories(
    experiment: Experiment, judgement: Judgement, evidence: Evidence
) -> tuple[WindowStory, ...]:
    """Return every window of the run, in time order."""
    return tuple(
        _story(name, window, experiment, judgement, evidence)
        for window, name in names_of(evidence.windows).items()
    )


def number(value: object) -> float | None:
    """Read a figure as it may stand in `verdict.json`: a number, `inf` in words, or nothing."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    words = str(value).strip().lower()
    if words in ("inf", "+inf", "infinity", "never"):
        return math.inf
    try:
        return float(words)
    except ValueError:
        return None


def _story(
    name: str, window: Window, experiment: Experiment, judgement: Judgement, evidence: Evidence
) -> WindowStory:
    met = told(evidence, Scope(window=window))
    return WindowStory(
        name=name,
        endpoints=window.endpoints,
        what=_injected(window, experiment),
        start_s=seconds(window.start_ns - evidence.start_ns),
        end_s=seconds(window.end_ns - evidence.start_ns),
        first_hit_s=_first_hit_s(window, evidence),
        touched_attempts=window.touched_attempts,
        touched_exchanges=window.touched_exchanges,
        exchanges=met.count,
        failed=met.failed,
        silent=met.silent,
        times=_times(name, window, judgement, evidence),
    )


def _times(
    name: str, window: Window, judgement: Judgement, evidence: Evidence
) -> tuple[WindowTime, ...]:
    origins = {
        FIRST_HIT: _first_hit_s(window, evidence),
        WINDOW_END: seconds(window.end_ns - evidence.start_ns),
        BREACH: None,
    }
    found: list[WindowTime] = []
    for metric, (title, origin, until) in STEPS.items():
        scopes = judgement.metrics.get(metric, {})
        figure = scopes.get(name) or scopes.get(f"window:{name}")
        if figure is None:
            continue
        value = number(figure.get("value"))
        origin_s = origins[FIRST_HIT] if origin == BREACH and value == 0 else origins[origin]
        finding = _finding(metric, name, judgement)
        found.append(
            WindowTime(
                metric=metric,
                name=title,
                origin=origin,
                until=until,
                origin_s=origin_s,
                value=value,
                samples=_whole(figure.get("samples")),
                reason=str(figure.get("reason") or ""),
                limit=finding.limit if finding else None,
                holds=finding.verdict.value if finding else "",
            )
        )
    return tuple(found)


def _finding(metric: str, window: str, judgement: Judgement) -> Finding | None:
    """Return the gate with the upper limit on a window's time, unless it names another window."""
    for finding in judgement.findings:
        words = OPERATOR.split(finding.gate)
        if words[0].split()[:1] != [metric] or len(words) < 2 or not words[1].startswith("<"):
            continue
        if "(" not in words[0] or f"window:{window}" in words[0].replace(" ", ""):
            return finding
    return None


def _first_hit_s(window: Window, evidence: Evidence) -> float | None:
    hit_ns = window.first_hit_ns
    return None if hit_ns is None else seconds(hit_ns - evidence.start_ns)


def _injected(window: Window, experiment: Experiment) -> str:
    """Say what was injected: `http_error (status 503)`; several faults joined by `+`."""
    faults = [fault for fault in experiment.faults if fault.id in window.faults]
    return " + ".join(injection_words(fault.inject) for fault in faults)


def injection_words(inject: dict[str, dict[str, object]]) -> str:
    """Write a fault's kind with the parameters that were given: `http_error (status 503)`."""
    kinds: list[str] = []
    for kind, parameters in inject.items():
        told = [f"{name} {value}" for name, value in parameters.items() if value not in (None, "")]
        kinds.append(f"{kind} ({', '.join(told)})" if told else kind)
    return ", ".join(kinds)


def _whole(value: object) -> int | None:
    found = number(value)
    return int(found) if found is not None and math.isfinite(found) else None


def slowest(evidence: Evidence, most: int) -> tuple[Exchange, ...]:
    """Return the failed and then the slowest exchanges by time to first token.

    Of those that a fault touched; of all, where it touched none.
    """
    if isinstance(evidence, ColumnarEvidence):
        order = f"{COLUMNS['time_to_first_token'].told} DESC, number LIMIT {most}"
        return evidence.reviewed("hit_begin_ns IS NOT NULL", order) or evidence.reviewed(
            "true", order
        )
    touched = [exchange for exchange in evidence.exchanges if exchange.touched]
    ranked = touched or evidence.exchanges
    return tuple(sorted(ranked, key=lambda e: (-e.time_to_first_token_s, e.number))[:most])
