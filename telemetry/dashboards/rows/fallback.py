"""How much of the fallback's quota the traffic takes, and what it fails by itself."""

from telemetry import names
from telemetry.dashboards.counting import (
    attempts,
    own_errors,
)
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Lines
from telemetry.dashboards.promql import (
    lately,
    legend,
    per_minute,
    series,
    share,
    summed,
)
from telemetry.dashboards.query import Query

ENDPOINT = legend(names.ENDPOINT)

FALLBACK = Row(
    "Can the fallback carry it?",
    [
        Lines(
            title="Requests, of the quota",
            says="Attempts per minute at an endpoint, as a share of what it allows, where that is "
            "known: 1 is the quota.",
            queries=[
                Query(
                    text=share(
                        per_minute(attempts(lately, names.ENDPOINT)),
                        summed(series(names.QUOTA_REQUESTS), names.ENDPOINT),
                    ),
                    legend=ENDPOINT,
                )
            ],
            unit="percentunit",
        ),
        Lines(
            title="Tokens, of the quota",
            says="Tokens per minute by the answers' usage, as a share of what the endpoint allows, "
            "where that is known.",
            queries=[
                Query(
                    text=share(
                        per_minute(summed(lately(series(names.ENDPOINT_TOKENS)), names.ENDPOINT)),
                        summed(series(names.QUOTA_TOKENS), names.ENDPOINT),
                    ),
                    legend=ENDPOINT,
                )
            ],
            unit="percentunit",
        ),
        Lines(
            title="Errors of an endpoint's own",
            says="Share of an endpoint's attempts in the window that failed with no fault of ours "
            "on them: at the fallback, the outage that the outage made.",
            queries=[Query(text=own_errors(lately), legend=ENDPOINT)],
            unit="percentunit",
            most=1,
        ),
    ],
)
