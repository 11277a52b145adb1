"""Several runs beside each other, to see what a change did."""

from telemetry import names
from telemetry.dashboards.asking import now, rows
from telemetry.dashboards.board import Board
from telemetry.dashboards.counting import amplification, attempts, availability, exchanges
from telemetry.dashboards.looks import VERDICTS
from telemetry.dashboards.panel import Row
from telemetry.dashboards.panels import Bars, Lines, Table
from telemetry.dashboards.promql import (
    at_last,
    having,
    in_total,
    largest,
    legend,
    many_runs,
    quantile_in_total,
    series,
    summed,
)
from telemetry.dashboards.query import Query
from telemetry.dashboards.series_names import label

RUNS = many_runs()
RUN = label(names.RUN_ID)
SHOWN = f"{{{{{RUN}}}}}"

TOLD = {
    "verdict": largest(at_last(series(names.RUN_EXIT_CODE, run=RUNS))),
    "exchanges": exchanges(in_total, run=RUNS),
    "available": availability(in_total, run=RUNS),
    "available in fault": availability(in_total, only=(having(names.PHASE, "fault"),), run=RUNS),
    "first token p95": quantile_in_total(0.95, names.EXCHANGE_WAIT, run=RUNS),
    "failover delay p95": quantile_in_total(0.95, names.FAILOVER_DELAY, run=RUNS),
    "attempts per exchange": amplification(in_total, run=RUNS),
}
"""The columns of the table of runs, and what each asks."""

SHARES = dict.fromkeys(("available", "available in fault"), "percentunit")
DURATIONS = dict.fromkeys(("first token p95", "failover delay p95"), "s")


def _columns() -> dict[str, str]:
    """Return the table's columns: a query's answer is called `Value #A`, `Value #B`, ..."""
    return {RUN: "run", **{f"Value #{chr(65 + i)}": column for i, column in enumerate(TOLD)}}


def _bars(title: str, says: str, text: str, shown: str, unit: str = "short") -> Bars:
    return Bars(title=title, says=says, queries=[now(text, shown)], unit=unit, width=12, height=9)


OVERVIEW = Row(
    "Runs",
    [
        Table(
            title="Runs",
            says="Every chosen run, whose metrics lie in the time range.",
            queries=[rows(text) for text in TOLD.values()],
            steps_before=[{"id": "merge", "options": {}}],
            columns=_columns(),
            units={**SHARES, **DURATIONS},
            worded="verdict",
            words=VERDICTS,
            sorted_by="run",
            height=9,
        ),
        Table(
            title="Figures",
            says="The verdicts' own figures, one column per run, each in the unit that "
            "docs/metrics.md gives it.",
            queries=[
                Query(
                    text=largest(
                        at_last(series(names.FIGURES, run=RUNS)), names.FIGURE, names.FIGURE_SCOPE
                    ),
                    instant=True,
                    table=True,
                )
            ],
            steps_before=[
                {
                    "id": "groupingToMatrix",
                    "options": {
                        "columnField": RUN,
                        "rowField": label(names.FIGURE),
                        "valueField": "Value",
                    },
                }
            ],
            height=12,
        ),
    ],
)

SIDE_BY_SIDE = Row(
    "Side by side",
    [
        _bars(
            "Availability by phase",
            "Share of exchanges that gave the user the whole answer.",
            availability(in_total, names.PHASE, run=RUNS),
            SHOWN + " " + legend(names.PHASE),
            "percentunit",
        ),
        _bars(
            "Exchanges by serving provider",
            "Who answered; without a name: nobody.",
            exchanges(in_total, names.EXCHANGE_SERVED_BY, run=RUNS),
            SHOWN + " " + legend(names.EXCHANGE_SERVED_BY),
        ),
        _bars(
            "Attempts by endpoint and outcome",
            "What it took.",
            attempts(in_total, names.ENDPOINT, names.ATTEMPT_OUTCOME, run=RUNS),
            SHOWN + " " + legend(names.ENDPOINT, names.ATTEMPT_OUTCOME),
        ),
        _bars(
            "Tokens by endpoint",
            "By the answers' usage, of every attempt: what was paid for.",
            summed(in_total(series(names.ENDPOINT_TOKENS, run=RUNS)), names.ENDPOINT),
            SHOWN + " " + legend(names.ENDPOINT),
        ),
        _bars(
            "Latency by serving provider, p95",
            "From the planned start to the end, of exchanges that succeeded.",
            quantile_in_total(0.95, names.EXCHANGE_TOTAL, names.EXCHANGE_SERVED_BY, run=RUNS),
            SHOWN + " " + legend(names.EXCHANGE_SERVED_BY),
            "s",
        ),
        _bars(
            "Gates by what they say",
            "How many gates passed, failed, or could not be decided.",
            f"count by ({RUN}, {label(names.RULING)}) "
            f"({at_last(series(names.GATE_RULING, run=RUNS))})",
            SHOWN + " " + legend(names.RULING),
        ),
        Lines(
            title="When they ran",
            says="Exchanges in flight: which runs the time range holds.",
            queries=[Query(text=summed(series(names.LOAD_IN_FLIGHT, run=RUNS)), legend=SHOWN)],
            width=24,
        ),
    ],
)

BOARD = Board(
    name="compare-runs",
    title="Crosswind: compare runs",
    says="Runs beside each other, as far as their metrics lie in the time range. Whether a "
    "difference is more than chance: `crosswind compare`.",
    rows=[OVERVIEW, SIDE_BY_SIDE],
    many=True,
)
