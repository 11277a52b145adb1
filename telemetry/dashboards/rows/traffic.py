"""Where the traffic goes."""

from telemetry import names
from telemetry.dashboards.counting import (
    exchanges,
)
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Lines
from telemetry.dashboards.promql import (
    lately,
    legend,
    named,
    per_second,
    share_of_run,
)
from telemetry.dashboards.query import Query

SERVED_BY = legend(names.EXCHANGE_SERVED_BY)

TRAFFIC = Row(
    "Traffic",
    [
        Lines(
            title="Traffic share by serving provider",
            says="Who answered, as a share of the exchanges that ended in the window; `nobody` "
            "failed. Red bands are faults.",
            queries=[
                Query(
                    text=share_of_run(
                        named(
                            exchanges(lately, names.EXCHANGE_SERVED_BY),
                            names.EXCHANGE_SERVED_BY,
                            "nobody",
                        ),
                        exchanges(lately),
                    ),
                    legend=SERVED_BY,
                )
            ],
            unit="percentunit",
            width=12,
            stacked=True,
            most=1,
        ),
        Lines(
            title="Exchanges by outcome",
            says="Exchanges that ended, per second of the window, by how they ended for the user.",
            queries=[
                Query(
                    text=per_second(exchanges(lately, names.EXCHANGE_OUTCOME)),
                    legend=legend(names.EXCHANGE_OUTCOME),
                )
            ],
            unit="reqps",
            width=12,
            stacked=True,
        ),
    ],
)
