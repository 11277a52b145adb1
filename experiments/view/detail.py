"""One exchange whole: its waterfall, every attempt, every moment, the faults that touched it."""

from collections.abc import Iterator

import msgspec

from experiments.report import tables
from experiments.report.charts.waterfall import waterfall
from experiments.report.frame import Size
from experiments.report.windows import injection_words
from experiments.report.words import amount, outcome_words, plain
from experiments.view.moments import marks, moments
from experiments.view.opened import Opened
from telemetry.chains import is_command
from telemetry.clock import seconds
from telemetry.exchange import Attempt, Exchange, Hop, Touch
from telemetry.windows import names_of, window_of

Facts = tuple[tuple[str, str], ...]


class AttemptCard(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt in words: the client's facts and, where one saw it, the proxy's."""

    name: str
    css: str
    kind: str
    outcome: str
    facts: Facts
    proxy: Facts


def detail(opened: Opened, exchange: Exchange, width: int) -> dict[str, object]:
    """Return what the template of an exchange shows; the waterfall is drawn `width` wide."""
    evidence = opened.seen.evidence
    found = moments(exchange, evidence, opened.breakers)
    end_ns = evidence.end_ns if exchange.end_ns is None else exchange.end_ns
    end_s = seconds(end_ns - exchange.planned_ns)
    size = Size("wide" if width >= 500 else "narrow", float(width))
    return {
        "number": exchange.number,
        "trace": exchange.trace_id,
        "kind": "pass" if exchange.succeeded else "fail",
        "outcome": outcome_words(exchange.outcome),
        "phase": (evidence.phase_of(exchange) or "none").replace("_", "-"),
        "words": tables.exchange_words(
            exchange, evidence, by_command=is_command(opened.seen.record.events)
        ),
        "chart": waterfall(
            exchange, opened.colours, evidence.end_ns, marks=marks(found, end_s), sizes=(size,)
        ),
        "attempts": [_card(opened, attempt) for attempt in exchange.attempts],
        "faults": list(_faults(opened, exchange)),
        "moments": [(f"{m.at_s:+.3f} s", m.kind, m.words, m.where) for m in found],
    }


def _card(opened: Opened, attempt: Attempt) -> AttemptCard:
    return AttemptCard(
        name=attempt.endpoint,
        css=opened.colours.get(attempt.endpoint, "other"),
        kind="pass" if attempt.outcome.succeeded else "fail",
        outcome=outcome_words(attempt.outcome),
        facts=tuple(_client_facts(attempt)),
        proxy=() if attempt.hop is None else tuple(_proxy_facts(attempt.hop)),
    )


def _client_facts(attempt: Attempt) -> Iterator[tuple[str, str]]:
    steps = (
        ("Connected", attempt.connected_ns),
        ("Head", attempt.head_ns),
        ("First byte", attempt.first_byte_ns),
        ("First token", attempt.first_token_ns),
        ("Ended", attempt.end_ns),
    )
    for name, at_ns in steps:
        if at_ns is not None:
            yield name, f"after {amount(seconds(at_ns - attempt.begin_ns), 's')}"
    if attempt.end_ns is None:
        yield "Ended", "not on record"
    gap_s = None if attempt.largest_gap_ns is None else seconds(attempt.largest_gap_ns)
    told = (
        ("Largest gap", None if gap_s is None else amount(gap_s, "s")),
        ("Status", attempt.status),
        ("gRPC status", attempt.rpc_status),
        ("Retry-After", _or_none(attempt.retry_after_s, "s")),
        ("Tokens", plain(attempt.tokens)),
        ("Missing, repeated", _spoilt(attempt)),
        ("Finish reason", attempt.finish_reason),
        ("Model", attempt.model),
        ("Error", attempt.error),
        ("Span", attempt.span_id),
    )
    for name, value in told:
        if value is not None:
            yield name, str(value)


def _proxy_facts(hop: Hop) -> Iterator[tuple[str, str]]:
    yield "Seen by", hop.proxy
    yield "Asked the provider", "yes" if hop.asked_upstream else "no"
    told = (
        ("Mode", hop.mode or None),
        ("Ending", hop.ending or None),
        ("Bytes in, out", f"{plain(hop.bytes_in)}, {plain(hop.bytes_out)}"),
        ("Tokens from the provider", None if hop.tokens_up is None else plain(hop.tokens_up)),
        ("Error", hop.error),
    )
    for name, value in told:
        if value is not None:
            yield name, value


def _faults(opened: Opened, exchange: Exchange) -> Iterator[tuple[str, ...]]:
    """Yield each fault that touched it: id, what it injects, its window, at which attempt."""
    known = {fault.id: fault for fault in opened.experiment.faults}
    for attempt in exchange.attempts:
        for touch in {touch.fault: touch for touch in attempt.touches}.values():
            fault = known.get(touch.fault)
            injects = injection_words(fault.inject) if fault else ""
            at = f"{attempt.ordinal + 1}, {attempt.endpoint}"
            yield touch.fault, injects, _window(opened, touch), at, touch.action


def _window(opened: Opened, touch: Touch) -> str:
    windows = opened.seen.evidence.windows
    found = window_of(touch, windows)
    return "" if found is None else names_of(windows)[found]


def _spoilt(attempt: Attempt) -> str | None:
    if not (attempt.missing_tokens or attempt.repeated_tokens):
        return None
    return f"{attempt.missing_tokens}, {attempt.repeated_tokens}"


def _or_none(value: float | None, unit: str) -> str | None:
    return None if value is None else amount(value, unit)
