"""What is compared: a gate's figure without its limit, `failover_time`, `user_errors (fault)`.

A comparison sign tells which way is worse, `<=` unless told: `trace_continuity >=`. A limit, where
there is one, is the unit in which differences of several metrics are weighed against each other.
"""

import math
import re
from collections.abc import Iterable

import msgspec

from experiments.gate import Gate, GateError, parse_gate
from experiments.judging.ruling import places
from experiments.reading.problems import UsageError
from telemetry.exchange import Evidence
from telemetry.figure import Figure
from telemetry.measure import metrics

FEWER_IS_WORSE = ("tokens", "trace_continuity")
"""Metrics of which less is worse, where no sign says which way is."""
_SHAPE = re.compile(r"(?P<what>[^<>=!≤≥]+)(?:(?P<sign>[<>=!≤≥]+)(?P<limit>.*))?")


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to compare; `text` without the limit, `limited` when there was one."""

    text: str
    gate: Gate
    limited: bool

    @property
    def unit(self) -> str:
        """The metric's unit."""
        return self.gate.claim.measured.unit

    @property
    def larger_is_worse(self) -> bool:
        """True when a larger figure is a worse one."""
        return self.gate.claim.upper


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One run's figure of a quantity, the worst of its windows, and the gate's limit there."""

    figure: Figure
    limit: float | None = None


def quantity(text: str) -> Quantity:
    """Read what `--metric` or a gate says; raises GateError."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise GateError(f"cannot read {text!r}; name a metric, such as failover_time")
    what, limit = found["what"].strip(), (found["limit"] or "").strip()
    sign = found["sign"] or _usual_sign(what)
    gate = parse_gate(f"{what} {sign} {limit or _any_limit(what, sign)}")
    return Quantity(text=_name(what, sign, gate), gate=gate, limited=bool(limit))


def quantities(texts: Iterable[str]) -> tuple[Quantity, ...]:
    """Read several, each thing once: the first to name it counts. Raises UsageError."""
    found: dict[str, Quantity] = {}
    for text in texts:
        try:
            one = quantity(text)
        except GateError as error:
            raise UsageError(f"{text}: {error}") from error
        found.setdefault(one.text, one)
    return tuple(found.values())


def measure(one: Quantity, evidence: Evidence) -> Measured:
    """Measure one run; where one of several windows is unknown, so is the figure."""
    readings = [one.gate.look(place.evidence, place.scope) for place in places(one.gate, evidence)]
    if not readings:
        nothing = Figure(value=None, samples=0, reason="there was no fault window to measure")
        return Measured(figure=nothing)
    worst = readings[0]
    for reading in readings:
        value, so_far = reading.figure.value, worst.figure.value
        if value is None or math.isnan(value):
            return Measured(figure=msgspec.structs.replace(reading.figure, value=None))
        if so_far is not None and (value > so_far if one.larger_is_worse else value < so_far):
            worst = reading
    return Measured(figure=worst.figure, limit=worst.limit)


def _usual_sign(what: str) -> str:
    return ">=" if _metric(what) in FEWER_IS_WORSE else "<="


def _any_limit(what: str, sign: str) -> str:
    """Return a limit that the gate's own grammar takes; it is not looked at."""
    metric = metrics().get(_metric(what))
    return f"1 {metric.unit}" if metric is not None and sign not in {"<=", "<"} else "0"


def _metric(what: str) -> str:
    return re.split(r"\W", what, maxsplit=1)[0]


def _name(what: str, sign: str, gate: Gate) -> str:
    usual = gate.claim.upper == (_usual_sign(what) == "<=")
    words = " ".join(what.replace("(", " (").split())
    return words if usual else f"{words} {sign}"
