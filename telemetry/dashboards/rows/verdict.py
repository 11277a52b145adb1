"""What it ends in, and what is on right now."""

from telemetry import names
from telemetry.dashboards.asking import now
from telemetry.dashboards.counting import (
    amplification,
    availability,
)
from telemetry.dashboards.looks import AMPLIFIED, AVAILABLE, NONE_LOST, VERDICTS
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Figure
from telemetry.dashboards.promql import (
    at_last,
    having,
    in_total,
    largest,
    legend,
    quantile_in_total,
    series,
    summed,
)

DURING_FAULT = (having(names.PHASE, "fault"),)

VERDICT = Row(
    "Verdict",
    [
        Figure(
            title="Verdict",
            says="What the gates add up to; nothing before the run is over.",
            queries=[now(largest(at_last(series(names.RUN_EXIT_CODE))))],
            words=VERDICTS,
            absent="not over",
        ),
        Figure(
            title="Phase",
            says="Which phase of the run it is at the end of the time range.",
            queries=[
                now(largest(series(names.PHASE_ACTIVE), names.PHASE) + " == 1", legend(names.PHASE))
            ],
        ),
        Figure(
            title="Faults active",
            says="Faults that the injector says are on, each counted once per endpoint.",
            queries=[now(summed(series(names.FAULT_ACTIVE)))],
            steps=NONE_LOST,
        ),
        Figure(
            title="Availability so far",
            says="Share of exchanges that gave the user the whole answer, since the run's start.",
            queries=[now(availability(in_total))],
            unit="percentunit",
            steps=AVAILABLE,
        ),
        Figure(
            title="Availability in the fault phase",
            says="The same among exchanges that count for the fault phase.",
            queries=[now(availability(in_total, only=DURING_FAULT))],
            unit="percentunit",
            steps=AVAILABLE,
        ),
        Figure(
            title="Failover time",
            says="From the first hit until traffic has left the faulted endpoint, the longest of "
            "all windows: the verdict's own figure, once the run is over.",
            queries=[
                now(largest(at_last(series(names.FIGURES, having(names.FIGURE, "failover_time")))))
            ],
            unit="s",
            absent="not over",
        ),
        Figure(
            title="Failover delay, p95",
            says="From an exchange's first touched attempt to its first token from elsewhere.",
            queries=[now(quantile_in_total(0.95, names.FAILOVER_DELAY))],
            unit="s",
        ),
        Figure(
            title="Attempts per exchange so far",
            says="Attempts on all endpoints by all exchanges that ended: 1 is no amplification.",
            queries=[now(amplification(in_total))],
            steps=AMPLIFIED,
        ),
    ],
)
