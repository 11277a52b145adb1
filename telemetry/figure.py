"""What a metric answers: a number with its sample count, or why there is none."""

import math
from collections.abc import Callable, Sequence

import msgspec

from telemetry.exchange import Evidence, Exchange, Window

P95_SAMPLES = 59
P99_SAMPLES = 299
"""Samples that a claim on the 95th or 99th percentile needs (1 - 0.95**59 > 95 %)."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value.

    `value` is in the metric's unit, `inf` for what did not happen, None for unknown.
    `observed_s`: for `inf`, how long it was looked for; a limit beyond that cannot be judged.
    """

    value: float | None
    samples: int
    reason: str = ""
    observed_s: float = math.inf
    worst: tuple[str, ...] = ()
    inferred: bool = False


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the run a figure is about: a phase, a window, or neither (the whole run)."""

    phase: str | None = None
    window: Window | None = None
    endpoint: str | None = None

    def exchanges(self, evidence: Evidence) -> tuple[Exchange, ...]:
        """Return the exchanges in scope."""
        if self.window is not None:
            return evidence.in_window(self.window)
        if self.phase is not None:
            return evidence.in_phase(self.phase)
        return evidence.exchanges


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange's contribution to a distribution; failures are `inf`."""

    value: float
    trace_id: str


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """A metric with one value per exchange; a gate takes `p50`, `p95`, `p99`, `max`, ... of it.

    `touched_only`: its samples are the exchanges that a fault touched, so a gate without a phase
    looks at the windows. `client_paced`: the generator's own hub lag shows in it.
    """

    name: str
    unit: str
    doc: str
    samples: Callable[[Evidence, Scope], Sequence[Sample]]
    default_stat: str = "max"
    touched_only: bool = False
    client_paced: bool = False


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A metric with one value per scope: a phase, a window or the run.

    `per` is `window` where the definition needs a fault window, else `scope`.
    `minimum_samples`: fewer, and the figure cannot be judged (a share may need more).
    `by_endpoint`: it can be narrowed to one endpoint. `from_end`: it counts from a window's end,
    and means something of a window that touched nobody, too.
    """

    name: str
    unit: str
    doc: str
    figure: Callable[[Evidence, Scope], Figure]
    per: str = "scope"
    minimum_samples: int = 1
    by_endpoint: bool = False
    from_end: bool = False


class Contrast(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that is the difference of a distribution's statistic to the same of the baseline."""

    name: str
    unit: str
    doc: str
    of: Distribution
    default_stat: str = "p95"


Metric = Distribution | Measure | Contrast
