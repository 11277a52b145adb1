"""One row per user request, as the verdict counts it; canaries are left out."""

from collections.abc import Iterator

import msgspec

from telemetry.exchange import Exchange
from telemetry.figure import Sample, Scope
from telemetry.metrics import failover_delay, token_gap
from telemetry.view import Column, Seen, View, between_s


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    seen: Seen
    exchange: Exchange
    delay_s: float | None
    gap_s: float | None


def _rows(seen: Seen) -> Iterator[_Row]:
    delays = _by_trace(failover_delay.samples(seen.evidence, Scope()))
    gaps = _by_trace(token_gap.samples(seen.evidence, Scope()))
    for exchange in seen.evidence.exchanges:
        trace = exchange.trace_id
        yield _Row(seen=seen, exchange=exchange, delay_s=delays.get(trace), gap_s=gaps.get(trace))


def _by_trace(samples: list[Sample]) -> dict[str, float]:
    return {sample.trace_id: sample.value for sample in samples}


def _first_asked(exchange: Exchange) -> str | None:
    return exchange.attempts[0].endpoint if exchange.attempts else None


def _failed_over(exchange: Exchange) -> bool:
    serving = exchange.serving
    return serving is not None and serving.endpoint != _first_asked(exchange)


VIEW: View[_Row] = View(
    name="exchanges",
    doc=str(__doc__),
    rows=_rows,
    columns=(
        Column("exchange", "BIGINT", "its number, from 0", lambda r: r.exchange.number),
        Column("trace_id", "VARCHAR", "its trace: 32 hex digits", lambda r: r.exchange.trace_id),
        Column(
            "phase",
            "VARCHAR",
            "the phase that it counts for: `fault` where it met that one, else that of its plan",
            lambda r: r.seen.evidence.phase_of(r.exchange) or None,
        ),
        Column(
            "replica",
            "BIGINT",
            "the failover client that it belonged to",
            lambda r: r.exchange.replica,
        ),
        Column(
            "planned_s",
            "DOUBLE",
            "its planned start, which latency counts from",
            lambda r: r.seen.at_s(r.exchange.planned_ns),
        ),
        Column(
            "dispatched_s",
            "DOUBLE",
            "when the generator took it up",
            lambda r: r.seen.at_s(r.exchange.dispatched_ns),
        ),
        Column(
            "lateness_s",
            "DOUBLE",
            "dispatch - plan: the generator's own",
            lambda r: between_s(r.exchange.planned_ns, r.exchange.dispatched_ns),
        ),
        Column(
            "end_s",
            "DOUBLE",
            "its end; NULL where the drain was over first",
            lambda r: r.seen.at_s(r.exchange.end_ns),
        ),
        Column(
            "outcome",
            "VARCHAR",
            "how it ended for the user: `ok`, `server_error`, `truncated`, ...",
            lambda r: r.exchange.outcome,
        ),
        Column(
            "succeeded",
            "BOOLEAN",
            "the user got the whole answer",
            lambda r: r.exchange.succeeded,
        ),
        Column(
            "believed_ok",
            "BOOLEAN",
            "the client took it for a success",
            lambda r: r.exchange.believed_ok,
        ),
        Column(
            "served_by",
            "VARCHAR",
            "the endpoint that answered; NULL where none did",
            lambda r: r.exchange.served_by or None,
        ),
        Column(
            "first_asked",
            "VARCHAR",
            "the endpoint of its first attempt",
            lambda r: _first_asked(r.exchange),
        ),
        Column(
            "failed_over",
            "BOOLEAN",
            "another endpoint answered than the one asked first",
            lambda r: _failed_over(r.exchange),
        ),
        Column(
            "attempts",
            "BIGINT",
            "tries on all endpoints",
            lambda r: len(r.exchange.attempts),
        ),
        Column(
            "touched",
            "BOOLEAN",
            "a fault changed one of its attempts",
            lambda r: r.exchange.touched,
        ),
        Column(
            "ttft_s",
            "DOUBLE",
            "first content token - plan; `inf` where it did not succeed",
            lambda r: r.exchange.time_to_first_token_s,
        ),
        Column(
            "total_s",
            "DOUBLE",
            "end - plan; `inf` where it did not succeed",
            lambda r: r.exchange.total_s,
        ),
        Column(
            "token_gap_s",
            "DOUBLE",
            "the largest gap between two tokens; `inf` where it did not succeed, NULL for an "
            "answer in one piece",
            lambda r: r.gap_s,
        ),
        Column(
            "failover_delay_s",
            "DOUBLE",
            "first content token - start of the first touched attempt; `inf` where it did not "
            "succeed, NULL where nothing touched it",
            lambda r: r.delay_s,
        ),
        Column("stream", "BOOLEAN", "a stream was asked for", lambda r: r.exchange.stream),
        Column(
            "prompt_tokens", "BIGINT", "the question's length", lambda r: r.exchange.prompt_tokens
        ),
        Column(
            "output_tokens",
            "BIGINT",
            "the length that was asked for",
            lambda r: r.exchange.output_tokens,
        ),
    ),
)
