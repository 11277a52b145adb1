"""A gate: a claim about the measurements that must hold, read from one line of text.

    <metric> [p50|p95|p99|max|mean|min] [(scope)] <comparison> <limit>

The scope is a phase (`fault`), `window:<group>` and, where the metric allows, `endpoint:<name>`,
joined by commas. Without one, a metric that belongs to windows is claimed of every window, and the
worst counts; any other of everything but the warm-up. Each kind of limit is a file in `gates/`.
"""

import operator
import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import ClassVar

import msgspec

from experiments import gates
from experiments.reading.nearest import listed, nearest
from telemetry import plugins
from telemetry.exchange import Evidence
from telemetry.figure import Contrast, Figure, Measure, Metric, Scope
from telemetry.measure import BASELINE, metrics
from telemetry.stats import STATISTICS

PHASES = ("warm_up", "baseline", "fault", "recovery")
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
}
_SHAPE = re.compile(
    r"\s*(?P<metric>\w+)(?:\s+(?P<statistic>\w+))?\s*(?:\((?P<scope>[^)]*)\))?"
    r"\s*(?P<comparison>[<>=!≤≥]+)\s*(?P<limit>.*?)\s*"
)
EXAMPLE = "time_to_first_token p95 (fault) <= 1.5 s"


class GateError(Exception):
    """A gate that cannot be read; the message says what is wrong and what was probably meant."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind of gate has: what is measured, of which part of the run, and how compared."""

    metric: str
    comparison: str
    statistic: str = ""
    phase: str | None = None
    group: str | None = None
    endpoint: str | None = None

    @property
    def measured(self) -> Metric:
        """The metric itself."""
        return metrics()[self.metric]

    @property
    def upper(self) -> bool:
        """True when large values are bad."""
        return self.comparison in {"<=", "<", "=="}

    @property
    def by_window(self) -> bool:
        """True when it is claimed of windows, each for itself."""
        if self.phase is not None:
            return False
        metric = self.measured
        return bool(self.group) or isinstance(metric, Measure) or _touched_only(metric)

    def holds(self, value: float, limit: float) -> bool:
        """Compare."""
        return COMPARISONS[self.comparison](value, limit)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison that a gate comes down to: a figure, its limit, or why there is no limit.

    `samples` are those that count: of a gate between two scopes the fewer.
    """

    figure: Figure
    limit: float | None
    samples: int
    reason: str = ""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One claim with its text; a kind of gate says how its limit is read and found."""

    name: ClassVar[str]
    shape: ClassVar[re.Pattern[str]]
    """What the text after the comparison looks like."""

    text: str
    claim: Claim

    @classmethod
    def read(cls, text: str, claim: Claim, limit: re.Match[str]) -> "Gate":
        """Make the gate; raises GateError."""
        raise NotImplementedError

    @property
    def required_samples(self) -> int:
        """How many samples it needs to be decided."""
        raise NotImplementedError

    def look(self, evidence: Evidence, scope: Scope) -> Reading:
        """Measure in one scope and find the limit."""
        raise NotImplementedError


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """How many samples a gate needs, and where they have to come from.

    `phase`: from that phase. `by_window`: from every window, or those of `group`. Neither: from
    everything but the warm-up. `touched_only`: only exchanges that a fault touches count.
    """

    samples: int
    phase: str | None = None
    by_window: bool = False
    group: str | None = None
    touched_only: bool = False


def needs(gate: Gate) -> Need:
    """Return what a gate needs to be decided."""
    claim = gate.claim
    return Need(
        samples=gate.required_samples,
        phase=claim.phase,
        by_window=claim.by_window,
        group=claim.group,
        touched_only=_touched_only(claim.measured),
    )


@cache
def gate_kinds() -> dict[str, type[Gate]]:
    """Return every kind of gate by its name."""
    return plugins.classes(gates, Gate)


def parse_gate(
    text: str,
    *,
    groups: Collection[str] | None = None,
    endpoints: Collection[str] | None = None,
) -> Gate:
    """Read a gate; raises GateError. `groups` and `endpoints`: those there are, where known."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise GateError(f"cannot read {text!r}; a gate looks like {EXAMPLE!r}")
    claim = _claim(found)
    _check_known(claim.group, groups, "window")
    _check_known(claim.endpoint, endpoints, "endpoint")
    for kind in gate_kinds().values():
        limit = kind.shape.fullmatch(found["limit"])
        if limit is not None:
            return kind.read(text, claim, limit)
    raise GateError(
        f"cannot read the limit {found['limit']!r}; write a number with its unit (5 s, 1 %) "
        "or a multiple of the baseline (1.5 x baseline)"
    )


def _claim(found: re.Match[str]) -> Claim:
    name, comparison = found["metric"], found["comparison"]
    if name not in metrics():
        raise _unknown("metric", name, metrics())
    if comparison not in COMPARISONS:
        raise GateError(f"cannot compare with {comparison!r}; write one of {' '.join(COMPARISONS)}")
    metric = metrics()[name]
    statistic = _statistic(metric, found["statistic"], comparison)
    claim = Claim(metric=name, comparison=comparison, statistic=statistic, **_scope(found["scope"]))
    _check_scope(claim, metric)
    return claim


def _statistic(metric: Metric, word: str | None, comparison: str) -> str:
    if word is not None and word not in STATISTICS:
        raise _unknown("statistic", word, STATISTICS)
    if isinstance(metric, Measure):
        if word is not None:
            raise GateError(f"{metric.name} is one value, it has no {word}; leave {word!r} out")
        return ""
    if word is None and comparison not in {"<=", "<"}:
        raise GateError(f"say which values of {metric.name}: {metric.name} min {comparison} ...")
    return word or metric.default_stat


def _scope(text: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        key, _, value = (
            piece.strip() for piece in re.sub(r"\s+", ":", part, count=1).partition(":")
        )
        if key in {"window", "endpoint"} and value:
            found["group" if key == "window" else key] = value
        elif part in PHASES:
            found["phase"] = part
        else:
            raise _unknown("scope", part, [*PHASES, "window:<group>", "endpoint:<name>"])
    if "phase" in found and "group" in found:
        raise GateError("a gate is about a phase or a window, not both")
    return found


def _check_scope(claim: Claim, metric: Metric) -> None:
    if isinstance(metric, Measure) and metric.per == "window" and claim.phase is not None:
        raise GateError(
            f"{metric.name} is measured per fault window, not per phase; "
            f"leave ({claim.phase}) out or write (window:<group>)"
        )
    if isinstance(metric, Contrast) and claim.phase == BASELINE.phase:
        raise GateError(f"{metric.name} is a difference to the baseline, which has none to itself")
    if claim.endpoint is not None and not (isinstance(metric, Measure) and metric.by_endpoint):
        able = [m.name for m in metrics().values() if isinstance(m, Measure) and m.by_endpoint]
        raise GateError(f"{metric.name} is not measured per endpoint; {listed(able)} are")


def _check_known(name: str | None, known: Collection[str] | None, what: str) -> None:
    if name is not None and known is not None and name not in known:
        raise _unknown(what, name, known)


def _touched_only(metric: Metric) -> bool:
    return bool(getattr(metric, "touched_only", False))


def _unknown(what: str, word: str, known: Iterable[str]) -> GateError:
    names = list(known)
    close = nearest(word, names)
    hint = f"did you mean {close}?" if close else f"known: {listed(names)}"
    return GateError(f"unknown {what} {word!r}; {hint}")
