"""The traces that are worth a look."""

from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Table
from telemetry.dashboards.query import Query
from telemetry.dashboards.searches import failed, slow_failovers

TRACES = Row(
    "Worst traces",
    [
        Table(
            title="Exchanges that failed",
            says="The user did not get the whole answer. A trace's id leads to it.",
            queries=[Query(text=failed(), language="traceql", table=True)],
            width=12,
            height=10,
        ),
        Table(
            title="Slow failovers",
            says="The first token came more than a second after the first touched attempt.",
            queries=[Query(text=slow_failovers(), language="traceql", table=True)],
            width=12,
            height=10,
        ),
    ],
)
