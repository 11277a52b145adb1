"""One run, looked at again: what it was, what it ended in, and why."""

from telemetry import names
from telemetry.dashboards.asking import now, rows
from telemetry.dashboards.board import Board
from telemetry.dashboards.counting import amplification, attempts, availability, exchanges
from telemetry.dashboards.looks import AMPLIFIED, AVAILABLE, FAULTS, NONE_LOST, RULINGS, VERDICTS
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Bars, Figure, Lines, States, Table
from telemetry.dashboards.promql import (
    at_last,
    in_total,
    largest,
    lately,
    legend,
    quantile_in_total,
    quantile_lately,
    series,
    summed,
)
from telemetry.dashboards.query import Query
from telemetry.dashboards.searches import failed, failed_over, slow_first_tokens
from telemetry.dashboards.series_names import label

ENDED_IN = Row(
    "What it ended in",
    [
        Figure(
            title="Verdict",
            says="What the gates add up to; nothing before the run is over.",
            queries=[now(largest(at_last(series(names.RUN_EXIT_CODE))))],
            words=VERDICTS,
            absent="not over",
            width=4,
        ),
        Figure(
            title="Exchanges",
            says="User requests that ended.",
            queries=[now(exchanges(in_total))],
            width=4,
        ),
        Figure(
            title="Availability",
            says="Share of them that gave the user the whole answer.",
            queries=[now(availability(in_total))],
            unit="percentunit",
            steps=AVAILABLE,
            width=4,
        ),
        Figure(
            title="Attempts per exchange",
            says="1 is no amplification.",
            queries=[now(amplification(in_total))],
            steps=AMPLIFIED,
            width=4,
        ),
        Figure(
            title="Time to first token, p95",
            says="From the planned start, of exchanges that succeeded.",
            queries=[now(quantile_in_total(0.95, names.EXCHANGE_WAIT))],
            unit="s",
            width=4,
        ),
        Figure(
            title="Rows lost",
            says="Rows that are missing in the spools: one is enough for an inconclusive run.",
            queries=[now(summed(at_last(series(names.ROWS_LOST))))],
            steps=NONE_LOST,
            width=4,
        ),
        Table(
            title="The run",
            says="Which experiment it was, and the tag that its trace ids begin with.",
            queries=[
                rows(
                    largest(
                        at_last(series(names.RUN_INFO)),
                        names.EXPERIMENT,
                        names.RUN_TITLE,
                        names.RUN_TAG,
                    )
                )
            ],
            columns={
                label(names.RUN_ID): "run",
                label(names.EXPERIMENT): "experiment",
                label(names.RUN_TITLE): "title",
                label(names.RUN_TAG): "tag",
            },
            hidden=("Value",),
            height=4,
        ),
        Table(
            title="Gates",
            says="What each gate says; nothing before the run is over.",
            queries=[rows(largest(at_last(series(names.GATE_RULING)), names.GATE, names.RULING))],
            columns={label(names.GATE): "gate", label(names.RULING): "says"},
            hidden=("Value", label(names.RUN_ID)),
            worded="says",
            words=RULINGS,
            width=12,
            height=10,
        ),
        Table(
            title="Figures",
            says="The verdict's own figures, each in the unit that docs/metrics.md gives it.",
            queries=[
                rows(largest(at_last(series(names.FIGURES)), names.FIGURE, names.FIGURE_SCOPE))
            ],
            columns={
                label(names.FIGURE): "figure",
                label(names.FIGURE_SCOPE): "of",
                "Value": "is",
            },
            hidden=(label(names.RUN_ID),),
            width=12,
            height=10,
        ),
    ],
)

HAPPENED = Row(
    "What happened",
    [
        States(
            title="Phases",
            says="Which phase of the run it was.",
            queries=[
                Query(
                    text=largest(series(names.PHASE_ACTIVE), names.PHASE),
                    legend=legend(names.PHASE),
                )
            ],
            words={0: (" ", "transparent"), 1: ("now", "blue")},
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
        Lines(
            title="Exchanges by outcome",
            says="Exchanges that ended in the window, by how they ended for the user.",
            queries=[
                Query(
                    text=exchanges(lately, names.EXCHANGE_OUTCOME),
                    legend=legend(names.EXCHANGE_OUTCOME),
                )
            ],
            width=12,
            stacked=True,
        ),
        Lines(
            title="Time to first token by serving provider, p95",
            says="From the planned start, of exchanges that succeeded. Points are exchanges.",
            queries=[
                Query(
                    text=quantile_lately(0.95, names.EXCHANGE_WAIT, names.EXCHANGE_SERVED_BY),
                    legend=legend(names.EXCHANGE_SERVED_BY),
                    exemplar=True,
                )
            ],
            unit="s",
            width=12,
        ),
        Bars(
            title="Exchanges by phase and outcome",
            says="As the verdict counts them, up to the end of the time range.",
            queries=[
                now(
                    exchanges(in_total, names.PHASE, names.EXCHANGE_OUTCOME),
                    legend(names.PHASE, names.EXCHANGE_OUTCOME),
                )
            ],
        ),
        Bars(
            title="Attempts by endpoint and outcome",
            says="Up to the end of the time range.",
            queries=[
                now(
                    attempts(in_total, names.ENDPOINT, names.ATTEMPT_OUTCOME),
                    legend(names.ENDPOINT, names.ATTEMPT_OUTCOME),
                )
            ],
        ),
        Bars(
            title="Attempts that faults changed",
            says="By what the injector did to them.",
            queries=[
                now(
                    summed(
                        in_total(series(names.FAULT_TOUCHED)),
                        names.FAULT_ID,
                        names.FAULT_KIND,
                        names.FAULT_ACTION,
                    ),
                    legend(names.FAULT_ID, names.FAULT_KIND, names.FAULT_ACTION),
                )
            ],
        ),
        Bars(
            title="Failovers",
            says="Next attempts that went to another endpoint.",
            queries=[
                now(
                    summed(
                        in_total(series(names.FAILOVERS)), names.FAILOVER_FROM, names.FAILOVER_TO
                    ),
                    legend(names.FAILOVER_FROM) + " to " + legend(names.FAILOVER_TO),
                )
            ],
        ),
        Bars(
            title="Tokens by endpoint",
            says="By the answers' usage, of every attempt: what was paid for.",
            queries=[
                now(
                    summed(
                        in_total(series(names.ENDPOINT_TOKENS)), names.ENDPOINT, names.TOKEN_TYPE
                    ),
                    legend(names.ENDPOINT, names.TOKEN_TYPE),
                )
            ],
        ),
        Bars(
            title="Time to first chunk by model, p95",
            says="The GenAI conventions' own histogram: from dispatch, streamed answers alone.",
            queries=[
                now(
                    quantile_in_total(
                        0.95, names.GENAI_FIRST_CHUNK, names.PROVIDER_NAME, names.REQUEST_MODEL
                    ),
                    legend(names.PROVIDER_NAME, names.REQUEST_MODEL),
                )
            ],
            unit="s",
        ),
    ],
)

TRACES = Row(
    "Traces",
    [
        Table(
            title=title,
            says=says + " A trace's id leads to it.",
            queries=[Query(text=text, language="traceql", table=True)],
            width=8,
            height=10,
        )
        for title, says, text in (
            ("Exchanges that failed", "The user did not get the whole answer.", failed()),
            (
                "Exchanges that failed over",
                "Another endpoint answered than was asked first.",
                failed_over(),
            ),
            (
                "Late first tokens",
                "The first token came more than a second after the plan.",
                slow_first_tokens(),
            ),
        )
    ],
)

BOARD = Board(
    name="one-run",
    title="Crosswind: one run",
    says="One run, looked at again: what it ended in, what happened when, and its traces.",
    rows=[ENDED_IN, HAPPENED, TRACES],
)
