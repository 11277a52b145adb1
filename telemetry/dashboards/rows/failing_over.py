"""What failing over takes: attempts, delays, breakers."""

from telemetry import names
from telemetry.dashboards.asking import quantiles_lately
from telemetry.dashboards.counting import (
    attempts,
    exchanges,
    resent,
)
from telemetry.dashboards.looks import BREAKERS, FAULTS
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Lines, States
from telemetry.dashboards.promql import (
    having,
    largest,
    lately,
    legend,
    per_second,
    series,
    share_of_run,
    summed,
)
from telemetry.dashboards.query import Query

ENDPOINT = legend(names.ENDPOINT)

ATTEMPTS = Row(
    "Attempts",
    [
        Lines(
            title="Attempts per exchange",
            says="Attempts on each endpoint for every exchange that ended in the window; the "
            "height is the amplification.",
            queries=[
                Query(
                    text=share_of_run(attempts(lately, names.ENDPOINT), exchanges(lately)),
                    legend=ENDPOINT,
                )
            ],
            stacked=True,
        ),
        Lines(
            title="Attempts by endpoint and outcome",
            says="Attempts that ended, per second of the window.",
            queries=[
                Query(
                    text=per_second(attempts(lately, names.ENDPOINT, names.ATTEMPT_OUTCOME)),
                    legend=legend(names.ENDPOINT, names.ATTEMPT_OUTCOME),
                )
            ],
            unit="reqps",
            stacked=True,
        ),
        Lines(
            title="Sent again",
            says="Attempts that were not their exchange's first, per second of the window.",
            queries=[Query(text=per_second(resent(lately)), legend="sent again")],
            unit="reqps",
        ),
    ],
)


FAILOVER = Row(
    "Failover",
    [
        Lines(
            title="Failover delay",
            says="From an exchange's first touched attempt to its first token from elsewhere.",
            queries=quantiles_lately(names.FAILOVER_DELAY),
            unit="s",
        ),
        Lines(
            title="Failovers",
            says="Next attempts that went to another endpoint, per second of the window.",
            queries=[
                Query(
                    text=per_second(
                        summed(
                            lately(series(names.FAILOVERS)), names.FAILOVER_FROM, names.FAILOVER_TO
                        )
                    ),
                    legend=legend(names.FAILOVER_FROM) + " to " + legend(names.FAILOVER_TO),
                )
            ],
            unit="reqps",
        ),
        Lines(
            title="Attempts that faults changed",
            says="By what the injector did to them, per second of the window.",
            queries=[
                Query(
                    text=per_second(
                        summed(
                            lately(series(names.FAULT_TOUCHED)), names.FAULT_ID, names.FAULT_ACTION
                        )
                    ),
                    legend=legend(names.FAULT_ID, names.FAULT_ACTION),
                )
            ],
            unit="reqps",
        ),
        States(
            title="Breakers",
            says="How many replicas of the failover client hold an endpoint's breaker open.",
            queries=[
                Query(
                    text=largest(
                        series(names.BREAKERS, having(names.BREAKER_STATE, "open")), names.ENDPOINT
                    ),
                    legend=ENDPOINT,
                )
            ],
            words=BREAKERS,
        ),
        States(
            title="Faults",
            says="When each fault was on, by the injector's own record.",
            queries=[
                Query(
                    text=largest(series(names.FAULT_ACTIVE), names.FAULT_ID, names.ENDPOINT),
                    legend=legend(names.FAULT_ID, names.ENDPOINT),
                )
            ],
            words=FAULTS,
        ),
    ],
)
