"""Which figures spans of others cannot tell, and why: unknown, never zero nor infinite; pure."""

from collections.abc import Iterator, Sequence

from telemetry.exchange import Exchange

FEW = 0.01
_FIRST_TOKEN = (
    "time_to_first_token",
    "time_to_first_token_from_send",
    "latency_penalty",
    "recovery_time",
    "secondary_queueing",
)
_FIRST_TOKEN_OF_TOUCHED = ("failover_delay", "first_rerouted_success")
_GAPS = ("token_gap", "token_gap_penalty", "largest_silence", "stuck")
_TOKENS = ("tokens", "tokens_generated", "wasted_tokens", "injected_waste", "duplicate_billing")
_PROXY = ("joined", "trace_continuity", "misattribution")


def unknown_figures(exchanges: Sequence[Exchange]) -> dict[str, str]:
    """Return why, by the metric's name."""
    return dict(_unknown(exchanges))


def without_first_token(exchanges: Sequence[Exchange]) -> int:
    """Count the answers that came, and tell no first token."""
    return sum(map(_lacks, exchanges))


def _unknown(exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    good = [exchange for exchange in exchanges if exchange.succeeded]
    lacking = without_first_token(good)
    touched = sum(exchange.touched for exchange in good)
    lacking_touched = without_first_token([exchange for exchange in good if exchange.touched])
    if lacking > FEW * len(good):
        why = f"{lacking} of {len(good)} answers do not tell when their first token came"
        yield from ((name, why) for name in _FIRST_TOKEN)
    if lacking_touched:
        why = f"{lacking_touched} of {touched} touched answers do not tell their first token"
        yield from ((name, why) for name in _FIRST_TOKEN_OF_TOUCHED)
    yield from ((name, "spans tell no moment but the first token's") for name in _GAPS)
    if not any(a.usage_output_tokens for exchange in good for a in exchange.attempts):
        yield from ((name, "no span tells a number of tokens") for name in _TOKENS)
    yield from ((name, "no proxy stood before these endpoints") for name in _PROXY)


def _lacks(exchange: Exchange) -> bool:
    served = exchange.serving
    return exchange.succeeded and (served is None or served.first_token_ns is None)
