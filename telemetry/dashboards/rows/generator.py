"""Whether the load is what was planned."""

from telemetry import names
from telemetry.dashboards.asking import now, quantiles_lately
from telemetry.dashboards.looks import NONE_LOST
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Figure, Lines
from telemetry.dashboards.promql import (
    at_last,
    largest,
    legend,
    series,
    share,
    summed,
)
from telemetry.dashboards.query import Query

GENERATOR = Row(
    "Is the load what was planned?",
    [
        Lines(
            title="Sent, of what was due",
            says="Below 1 the generator could not keep up, and the run is inconclusive at 0.99.",
            queries=[
                Query(
                    text=share(summed(series(names.LOAD_SENT)), summed(series(names.LOAD_DUE))),
                    legend="sent",
                )
            ],
            unit="percentunit",
            width=6,
            most=1,
        ),
        Lines(
            title="Lateness",
            says="Dispatch minus plan: the generator's own, and never the system's.",
            queries=quantiles_lately(names.LOAD_LATENESS),
            unit="s",
            width=6,
        ),
        Lines(
            title="In flight",
            says="Exchanges that have begun and not ended.",
            queries=[Query(text=summed(series(names.LOAD_IN_FLIGHT)), legend="in flight")],
            width=6,
        ),
        Lines(
            title="Hub lag",
            says="The longest that a worker's event loop was away, lately.",
            queries=[
                Query(
                    text=largest(series(names.LOAD_HUB_LAG), names.WORKER),
                    legend=legend(names.WORKER),
                )
            ],
            unit="s",
            width=6,
        ),
        Lines(
            title="CPU",
            says="Share of one core that a worker takes; near 1 the load is not to be trusted.",
            queries=[
                Query(
                    text=largest(series(names.LOAD_CPU), names.WORKER), legend=legend(names.WORKER)
                )
            ],
            unit="percentunit",
            width=12,
        ),
        Figure(
            title="Due, of the plan",
            says="How far the run's plan has come.",
            queries=[
                now(
                    share(
                        summed(at_last(series(names.LOAD_DUE))),
                        summed(at_last(series(names.LOAD_PLANNED))),
                    )
                )
            ],
            unit="percentunit",
            width=6,
            height=8,
        ),
        Figure(
            title="Rows lost",
            says="Rows that are missing in the spools: one is enough for an inconclusive run.",
            queries=[now(summed(at_last(series(names.ROWS_LOST))))],
            steps=NONE_LOST,
            width=6,
            height=8,
        ),
    ],
)
