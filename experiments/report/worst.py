"""The exchanges that a report shows one by one: those that its findings name, else the slowest."""

from collections.abc import Collection, Iterable
from itertools import zip_longest

from experiments.judging.verdict import Judgement
from experiments.report import summary
from experiments.report.windows import slowest
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.columnar.text import listed
from telemetry.exchange import Evidence, Exchange

MOST_WATERFALLS = 8
WATERFALLS_PER_FINDING = 3
EXTRA_WATERFALLS = 4


def worst_exchanges(judgement: Judgement, evidence: Evidence) -> tuple[Exchange, ...]:
    """Return the worst of each finding, then the second worst, ..., then a few of the slowest."""
    ordered = summary.by_ruling(judgement.findings)
    ranks = zip_longest(*(finding.worst[:WATERFALLS_PER_FINDING] for finding in ordered))
    named = dict.fromkeys(trace for rank in ranks for trace in rank if trace is not None)
    by_trace = {exchange.trace_id: exchange for exchange in _of_traces(evidence, named)}
    chosen = [by_trace[trace] for trace in named if trace in by_trace][:MOST_WATERFALLS]
    extra = [e for e in slowest(evidence, EXTRA_WATERFALLS) if e not in chosen]
    return (*chosen, *extra[: max(0, EXTRA_WATERFALLS - len(chosen))])


def _of_traces(evidence: Evidence, traces: Collection[str]) -> Iterable[Exchange]:
    if isinstance(evidence, ColumnarEvidence):
        return evidence.reviewed(f"trace_id IN {listed(traces)}")
    return (exchange for exchange in evidence.exchanges if exchange.trace_id in traces)
