"""`time_to_first_token p95 (recovery) <= 1.5 x baseline`: a figure against that of the baseline."""

import math
import re
from typing import ClassVar

from experiments.gate import Claim, Gate, GateError, Reading
from telemetry.exchange import Evidence
from telemetry.figure import Contrast, Measure, Scope
from telemetry.measure import BASELINE, figure_of
from telemetry.stats import samples_for_share, samples_for_statistic


class Relative(Gate, frozen=True, kw_only=True):
    """A claim whose limit is a multiple of the same figure in the baseline."""

    name: ClassVar[str] = "relative"
    shape: ClassVar[re.Pattern[str]] = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*[x*]\s*baseline")

    factor: float

    @classmethod
    def read(cls, text: str, claim: Claim, limit: re.Match[str]) -> "Relative":
        """Make the gate; raises GateError for a metric that a baseline cannot have."""
        metric = claim.measured
        windowed = isinstance(metric, Measure) and metric.per == "window"
        if windowed or isinstance(metric, Contrast) or getattr(metric, "touched_only", False):
            raise GateError(f"{metric.name} has no baseline to compare with; write a limit")
        if claim.phase == BASELINE.phase:
            raise GateError("the baseline cannot be compared with itself; write another phase")
        factor = float(limit[1])
        if not math.isfinite(factor):
            raise GateError(f"the limit is infinite: {metric.name} could never miss it")
        return cls(text=text, claim=claim, factor=factor)

    @property
    def required_samples(self) -> int:
        """What its percentile, or the strictest share, needs, on both sides."""
        metric = self.claim.measured
        if not isinstance(metric, Measure):
            return samples_for_statistic(self.claim.statistic)
        strictest = samples_for_share(0) if metric.unit == "%" else 1
        return max(metric.minimum_samples, strictest)

    def look(self, evidence: Evidence, scope: Scope) -> Reading:
        """Measure in one scope and in the baseline."""
        claim = self.claim
        figure = figure_of(
            claim.measured, evidence, scope, claim.statistic, small_is_bad=not claim.upper
        )
        there = Scope(phase=BASELINE.phase, endpoint=scope.endpoint)
        before = figure_of(claim.measured, evidence, there, claim.statistic)
        samples = min(figure.samples, before.samples)
        if before.value is None or not math.isfinite(before.value):
            reason = f"the baseline has no figure to compare with: {before.reason or 'it failed'}"
            return Reading(figure=figure, limit=None, samples=samples, reason=reason)
        return Reading(figure=figure, limit=self.factor * before.value, samples=samples)
