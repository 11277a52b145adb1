"""Why traces of others may not be judged, and what to know of figures made from them; pure."""

from collections.abc import Iterator

from experiments.judging.baseline import (
    baseline_native_errors,
    baseline_too_small,
    baseline_touched,
    baseline_user_errors,
)
from experiments.judging.case import Case
from experiments.judging.contradictions import SLACK_NS
from experiments.model import Experiment
from telemetry.clock import nanoseconds, seconds
from telemetry.exchange import Evidence
from telemetry.foreign.inferring import Inferred, told
from telemetry.foreign.knowable import without_first_token
from telemetry.foreign.span import Spans
from telemetry.record import Record
from telemetry.shares import counted

MOST_UNFIT = 0.01
MOST_SKEW_NS = nanoseconds(0.1)
_OF_A_BASELINE = (
    baseline_too_small,
    baseline_touched,
    baseline_user_errors,
    baseline_native_errors,
)


def reasons_against(
    record: Record, experiment: Experiment, evidence: Evidence, found: Spans, guessed: Inferred
) -> tuple[str, ...]:
    """Return every reason why the traces cannot be judged."""
    case = Case(record, experiment, evidence)
    reasons = [*found.cuts, *_of_spans(found, evidence)]
    if not experiment.gates:
        reasons.append("no gate was given: nothing was claimed")
    if not guessed.windows:
        reasons.append(f"no fault window was given, and none can be inferred: {guessed.why_none}")
    reasons += [
        f"nothing failed at {', '.join(window.endpoints)} in window {window.group}"
        for window in evidence.windows
        if not window.touched_exchanges
    ]
    reasons += [text for reason in _OF_A_BASELINE if (text := reason(case))]
    return tuple(reasons)


def notes(evidence: Evidence, found: Spans, guessed: Inferred) -> Iterator[str]:
    """Yield what a reader should know that decides nothing."""
    for window in guessed.windows:
        if window.inferred:
            yield told(window, evidence.start_ns)
    yield from guessed.notes
    if evidence.inferred:
        yield "no fault is attested: touched is what failed at a window's endpoint inside it"
    yield "when a request was planned is not known: latency counts from its start"
    good = [exchange for exchange in evidence.exchanges if exchange.succeeded]
    blind = sum(1 for e in good if e.serving is None or not e.serving.finish_reason)
    if blind:
        yield f"{blind} of {counted(len(good), 'answer')} judged by status alone: no finish reason"
    if lacking := without_first_token(good):
        yield f"{lacking} of {counted(len(good), 'answer')} tell no first token"
    if found.unfit:
        yield _unfit(found)
    if skew_ns := _skew_ns(evidence):
        yield f"clocks disagree by up to {seconds(skew_ns):.3g} s: an attempt before its request"


def _of_spans(found: Spans, evidence: Evidence) -> Iterator[str]:
    unfit = sum(found.unfit.values())
    if unfit > MOST_UNFIT * (unfit + len(found.spans)):
        yield _unfit(found)
    if (skew_ns := _skew_ns(evidence)) > MOST_SKEW_NS:
        yield f"times of more than one clock: they disagree by {seconds(skew_ns):.3g} s"


def _unfit(found: Spans) -> str:
    kinds = ", ".join(f"{many} x {what}" for what, many in found.unfit.most_common(3))
    return f"{counted(sum(found.unfit.values()), 'span')} could not be read: {kinds}"


def _skew_ns(evidence: Evidence) -> int:
    """Return by how much the earliest try comes before its request, beyond what is rounding."""
    before = (
        exchange.dispatched_ns - attempt.begin_ns
        for exchange in evidence.exchanges
        for attempt in exchange.attempts[:1]
    )
    worst = max(before, default=0)
    return worst if worst > SLACK_NS else 0
