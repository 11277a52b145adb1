"""What goes wrong during the soak: two dozen faults at small shares, and listeners that close.

About every fifth request meets one. Whatever ends by itself does so within a second or two; what
does not is left to clients that hang up.
"""

from collections.abc import Iterator
from typing import Final

from faults.config import Rule

CLEAR, TLS = "clear", "tls"
EVERY_S, CLOSED_S = 60.0, 1.0
"""How often a listener is closed, and for how long."""

SHARES: Final[tuple[tuple[str, float, dict[str, dict[str, object]]], ...]] = (
    ("refused", 0.01, {"http_error": {"status": 503}}),
    ("throttled", 0.01, {"rate_limited": {}}),
    ("late", 0.02, {"latency": {"delay_s": 0.2}}),
    ("late_head", 0.01, {"slow_headers": {"delay_s": 0.2}}),
    ("late_token", 0.01, {"slow_first_token": {"delay_s": 0.2}}),
    ("slow", 0.01, {"slow_tokens": {"gap_s": 0.05}}),
    ("narrow", 0.01, {"bandwidth": {"rate_kb_per_s": 8}}),
    ("pausing", 0.01, {"stream_stall": {"after_tokens": 2, "seconds": 1}}),
    ("stalled", 0.002, {"stream_stall": {"after_tokens": 2}}),
    ("cut", 0.01, {"stream_truncate": {"after_tokens": 3}}),
    ("broken", 0.01, {"stream_reset": {"after_tokens": 3}}),
    ("reset", 0.01, {"reset_peer": {}}),
    ("swallowed", 0.003, {"blackhole": {}}),
    ("dropped", 0.005, {"blackhole": {"hold_s": 1}}),
    ("capped", 0.01, {"limit_data": {"limit_bytes": 600}}),
    ("lingering", 0.01, {"slow_close": {"delay_s": 0.2}}),
    ("excused", 0.01, {"stream_error_event": {"after_tokens": 2}}),
    ("holes", 0.01, {"token_drop": {"every": 2}}),
    ("garbled", 0.01, {"malformed_body": {"kind": "bad_chunk_size"}}),
    ("burst", 0.01, {"buffered_stream": {}}),
    ("late_end", 0.01, {"late_done": {"delay_s": 0.2}}),
    ("alive", 0.005, {"keep_alive_only": {"interval_s": 0.2, "seconds": 1}}),
    ("crowded", 1.0, {"capacity": {"concurrent": 60}}),
    ("spent", 1.0, {"quota_exhausted": {"requests": 11_000, "window_s": 60}}),
)


def rules(length_s: float) -> tuple[Rule, ...]:
    """Return what is armed for so many seconds, and the closures in between."""
    drawn = (
        Rule(id=name, endpoints=(CLEAR, TLS), inject=inject, start_s=0, end_s=length_s, share=share)
        for name, share, inject in SHARES
    )
    return (*drawn, *_closures(length_s))


def _closures(length_s: float) -> Iterator[Rule]:
    """Every minute both listeners take nobody for a second; every other time the idle are reset."""
    for number in range(int(length_s // EVERY_S) + 1):
        since_s = number * EVERY_S + EVERY_S / 2
        which = "idle" if number % 2 else "none"
        yield _closure(
            f"closed {number}", CLEAR, since_s, {"connect_refused": {"reset_connections": which}}
        )
        yield _closure(f"no TLS {number}", TLS, since_s, {"tls_failure": {}})


def _closure(
    name: str, endpoint: str, since_s: float, inject: dict[str, dict[str, object]]
) -> Rule:
    return Rule(
        id=name,
        endpoints=(endpoint,),
        inject=inject,
        start_s=since_s,
        end_s=since_s + CLOSED_S,
    )
