"""Every metric that columns can tell; what is not here is told from the exchanges themselves."""

from collections.abc import Callable, Mapping

from telemetry.columnar import coming_back, failing_over, fallback, shares, sums
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.figure import Figure, Scope

Told = Callable[[ColumnarEvidence, Scope], Figure]

MEASURES: Mapping[str, Told] = {
    told.__name__: told
    for told in (
        coming_back.failback_overshoot,
        coming_back.failback_time,
        coming_back.flaps,
        coming_back.recovery_time,
        failing_over.detection_time,
        failing_over.failover_time,
        failing_over.first_rerouted_success,
        failing_over.leakage,
        failing_over.leakage_per_minute,
        fallback.secondary_peak_rate,
        fallback.secondary_queueing,
        shares.joined,
        shares.misattribution,
        shares.native_errors,
        shares.secondary_overload,
        shares.silent_failures,
        shares.trace_continuity,
        shares.user_errors,
        sums.amplification,
        sums.duplicate_billing,
        sums.injected_waste,
        sums.stuck,
        sums.wasted_tokens,
    )
}
"""Measures by the metric's name."""
