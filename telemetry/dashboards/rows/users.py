"""What users get: availability, first tokens, latency."""

from telemetry import names
from telemetry.dashboards.asking import quantiles_lately
from telemetry.dashboards.counting import (
    availability,
)
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Lines
from telemetry.dashboards.promql import (
    lately,
    legend,
    quantile_lately,
)
from telemetry.dashboards.query import Query

SERVED_BY = legend(names.EXCHANGE_SERVED_BY)

USERS = Row(
    "What users get",
    [
        Lines(
            title="Availability",
            says="Share of the exchanges that ended in the window and gave the whole answer.",
            queries=[Query(text=availability(lately), legend="available")],
            unit="percentunit",
            most=1,
        ),
        Lines(
            title="Time to first token",
            says="From the planned start, of exchanges that succeeded; a failed one is no fast one "
            "and is in availability. Points are single exchanges: follow one to its trace.",
            queries=quantiles_lately(names.EXCHANGE_WAIT),
            unit="s",
        ),
        Lines(
            title="Latency",
            says="From the planned start to the end, of exchanges that succeeded.",
            queries=quantiles_lately(names.EXCHANGE_TOTAL),
            unit="s",
        ),
        Lines(
            title="Time to first token by serving provider, p95",
            says="The same by who answered.",
            queries=[
                Query(
                    text=quantile_lately(0.95, names.EXCHANGE_WAIT, names.EXCHANGE_SERVED_BY),
                    legend=SERVED_BY,
                )
            ],
            unit="s",
            width=12,
        ),
        Lines(
            title="Operation duration by provider and model, p95",
            says="The GenAI conventions' own histogram, from dispatch; failures are in it.",
            queries=[
                Query(
                    text=quantile_lately(
                        0.95, names.GENAI_DURATION, names.PROVIDER_NAME, names.REQUEST_MODEL
                    ),
                    legend=legend(names.PROVIDER_NAME, names.REQUEST_MODEL),
                )
            ],
            unit="s",
            width=12,
        ),
    ],
)
