"""`failover_time <= 5 s`: a figure against a number in the metric's unit."""

import math
import re
from typing import ClassVar

from experiments.gate import Claim, Gate, GateError, Reading
from telemetry.exchange import Evidence
from telemetry.figure import Measure, Metric, Scope
from telemetry.measure import figure_of
from telemetry.stats import samples_for_share, samples_for_statistic

UNITS: dict[str, dict[str, float]] = {
    "s": {"s": 1.0, "ms": 0.001, "min": 60.0},
    "%": {"%": 1.0},
    "attempts/min": {"attempts/min": 1.0, "/min": 1.0},
}
"""How a unit may be written, and what it is worth in the metric's own."""

AMBIGUOUS = ("s", "%")
"""Units that a number other than 0 must carry: 5 may mean ms, 0.01 may mean 1 %."""


class Threshold(Gate, frozen=True, kw_only=True):
    """A claim with a fixed limit, in the metric's unit."""

    name: ClassVar[str] = "threshold"
    shape: ClassVar[re.Pattern[str]] = re.compile(r"(-?\d+(?:\.\d+)?|-?\.\d+)\s*([A-Za-z%/]*)")

    limit: float

    @classmethod
    def read(cls, text: str, claim: Claim, limit: re.Match[str]) -> "Threshold":
        """Make the gate; raises GateError for a unit that the metric does not have."""
        value = float(limit[1]) * _worth(claim.measured, limit[1], limit[2])
        if not math.isfinite(value):
            raise GateError(f"the limit is infinite: {claim.metric} could never miss it")
        if claim.measured.unit == "%" and _always(claim, value):
            raise GateError(f"{claim.metric} lies between 0 and 100 %: it could never miss this")
        return cls(text=text, claim=claim, limit=value)

    @property
    def required_samples(self) -> int:
        """What its percentile, or its share, needs."""
        metric = self.claim.measured
        if not isinstance(metric, Measure):
            return samples_for_statistic(self.claim.statistic)
        if metric.unit != "%":
            return metric.minimum_samples
        return max(metric.minimum_samples, samples_for_share(self.limit / 100))

    def look(self, evidence: Evidence, scope: Scope) -> Reading:
        """Measure in one scope; the limit is always the same."""
        claim = self.claim
        figure = figure_of(
            claim.measured, evidence, scope, claim.statistic, small_is_bad=not claim.upper
        )
        return Reading(figure=figure, limit=self.limit, samples=figure.samples)


def _always(claim: Claim, limit: float) -> bool:
    """Tell whether every share there can be holds the claim, so that it claims nothing."""
    return all(claim.holds(share, limit) for share in (0.0, 100.0)) and claim.comparison != "=="


def _worth(metric: Metric, number: str, unit: str) -> float:
    known = UNITS.get(metric.unit, {metric.unit: 1.0})
    if unit in known:
        return known[unit]
    if not unit and (metric.unit not in AMBIGUOUS or float(number) == 0):
        return 1.0
    wrong = f"not {unit!r}" if unit else "the unit is missing"
    raise GateError(
        f"{metric.name} is measured in {metric.unit}, {wrong}; write {number} {metric.unit}"
    )
