"""One row per try at one endpoint: the client's view, and the proxy's where one saw it."""

from collections.abc import Iterator

import msgspec

from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.view import Column, Seen, View, between_s


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    seen: Seen
    exchange: Exchange
    attempt: Attempt

    @property
    def hop(self) -> Hop | None:
        return self.attempt.hop

    def since_begin_s(self, at_ns: int | None) -> float | None:
        return between_s(self.attempt.begin_ns, at_ns)


def _rows(seen: Seen) -> Iterator[_Row]:
    for exchange in seen.evidence.exchanges:
        for attempt in exchange.attempts:
            yield _Row(seen=seen, exchange=exchange, attempt=attempt)


def _seconds(ns: int | None) -> float | None:
    return between_s(0, ns)


VIEW: View[_Row] = View(
    name="attempts",
    doc=str(__doc__),
    rows=_rows,
    columns=(
        Column("exchange", "BIGINT", "the exchange that it served", lambda r: r.exchange.number),
        Column(
            "attempt", "BIGINT", "its number in the exchange, from 0", lambda r: r.attempt.ordinal
        ),
        Column("trace_id", "VARCHAR", "the exchange's trace", lambda r: r.exchange.trace_id),
        Column("span_id", "VARCHAR", "its span: 16 hex digits", lambda r: r.attempt.span_id),
        Column(
            "phase",
            "VARCHAR",
            "the phase that its exchange counts for",
            lambda r: r.seen.evidence.phase_of(r.exchange) or None,
        ),
        Column("endpoint", "VARCHAR", "where it went", lambda r: r.attempt.endpoint),
        Column("begin_s", "DOUBLE", "when it was sent", lambda r: r.seen.at_s(r.attempt.begin_ns)),
        Column(
            "end_s",
            "DOUBLE",
            "its end; NULL where it is not on record",
            lambda r: r.seen.at_s(r.attempt.end_ns),
        ),
        Column("duration_s", "DOUBLE", "end - begin", lambda r: r.since_begin_s(r.attempt.end_ns)),
        Column("outcome", "VARCHAR", "how it ended for the client", lambda r: r.attempt.outcome),
        Column(
            "succeeded",
            "BOOLEAN",
            "it brought the whole answer",
            lambda r: r.attempt.outcome.succeeded,
        ),
        Column("touched", "BOOLEAN", "a fault changed it", lambda r: r.attempt.touched),
        Column(
            "native_error",
            "BOOLEAN",
            "it went wrong, and no fault of ours touched it",
            lambda r: r.attempt.native_error,
        ),
        Column("status", "BIGINT", "the status that the client got", lambda r: r.attempt.status),
        Column(
            "rpc_status",
            "VARCHAR",
            "the gRPC status that ended the call, by its name",
            lambda r: r.attempt.rpc_status,
        ),
        Column(
            "connected_s",
            "DOUBLE",
            "from begin to the connection, where a new one was made",
            lambda r: r.since_begin_s(r.attempt.connected_ns),
        ),
        Column(
            "head_s",
            "DOUBLE",
            "from begin to the answer's head",
            lambda r: r.since_begin_s(r.attempt.head_ns),
        ),
        Column(
            "ttft_s",
            "DOUBLE",
            "from begin to the first content token; NULL where none came",
            lambda r: r.since_begin_s(r.attempt.first_token_ns),
        ),
        Column(
            "token_gap_s",
            "DOUBLE",
            "the largest gap between two tokens",
            lambda r: _seconds(r.attempt.largest_gap_ns),
        ),
        Column("tokens", "BIGINT", "content tokens that arrived", lambda r: r.attempt.tokens),
        Column(
            "missing_tokens",
            "BIGINT",
            "tokens that never arrived, where that is known",
            lambda r: r.attempt.missing_tokens,
        ),
        Column(
            "repeated_tokens",
            "BIGINT",
            "tokens that arrived twice, where that is known",
            lambda r: r.attempt.repeated_tokens,
        ),
        Column(
            "usage_prompt_tokens",
            "BIGINT",
            "as the answer's usage says",
            lambda r: r.attempt.usage_prompt_tokens,
        ),
        Column(
            "usage_output_tokens",
            "BIGINT",
            "as the answer's usage says",
            lambda r: r.attempt.usage_output_tokens,
        ),
        Column(
            "finish_reason",
            "VARCHAR",
            "why the answer ended, in its own words",
            lambda r: r.attempt.finish_reason,
        ),
        Column(
            "retry_after_s",
            "DOUBLE",
            "what the answer's `Retry-After` asked for",
            lambda r: r.attempt.retry_after_s,
        ),
        Column("model", "VARCHAR", "the model that the answer names", lambda r: r.attempt.model),
        Column("error", "VARCHAR", "the error in its own words", lambda r: r.attempt.error),
        Column(
            "proxy",
            "VARCHAR",
            "the proxy that saw it; with NULL here, every later column is NULL",
            lambda r: r.hop and r.hop.proxy,
        ),
        Column(
            "asked_upstream",
            "BOOLEAN",
            "the proxy asked the provider",
            lambda r: r.hop and r.hop.asked_upstream,
        ),
        Column(
            "proxy_mode",
            "VARCHAR",
            "`relay`, `script` or `blind`",
            lambda r: r.hop and (r.hop.mode or None),
        ),
        Column(
            "proxy_ending",
            "VARCHAR",
            "how it ended towards the client",
            lambda r: r.hop and (r.hop.ending or None),
        ),
        Column("bytes_in", "BIGINT", "bytes from the client", lambda r: r.hop and r.hop.bytes_in),
        Column("bytes_out", "BIGINT", "bytes to the client", lambda r: r.hop and r.hop.bytes_out),
        Column(
            "tokens_up",
            "BIGINT",
            "content tokens that the provider sent",
            lambda r: r.hop and r.hop.tokens_up,
        ),
    ),
)
