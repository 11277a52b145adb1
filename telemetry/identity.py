"""Who an attempt belongs to: run tags, trace ids and `traceparent`.

A trace id is the run's 4-byte tag, the 4-byte exchange number and 8 random-looking bytes, so any
hop that sees it knows the run and the exchange without a look-up. The header format is W3C Trace
Context level 1 (https://www.w3.org/TR/trace-context/).
"""

import hashlib
import re
from typing import NamedTuple

RUN_TAG_HEX_LENGTH = 8
GATEWAY = "gateway"
"""What the load generator's own attempts name as their endpoint when a gateway is under test."""

MARK_TOKENS = 14
"""What a mark adds to a prompt at the most, in tokens of today's tokenizers (its 22 characters)."""

MARK_SEARCH_BYTES = 65_536
"""How far back from the end of a body a mark is looked for."""

_MARK = re.compile(rb"\[cw:([0-9a-f]{8})([0-9a-f]{8})\]")

CANARY_FIRST_NUMBER = 0xFFFF_FF00
"""Exchange numbers from here up are the preflight's canaries, excluded from every count."""


class Parent(NamedTuple):
    """What a `traceparent` header says."""

    trace_id: str
    span_id: str

    @property
    def run_tag(self) -> str:
        """The first 4 bytes of the trace id, 8 hex digits."""
        return self.trace_id[:RUN_TAG_HEX_LENGTH]

    @property
    def exchange(self) -> int:
        """The exchange number in the trace id; meaningful only under one's own run tag."""
        return exchange_number(self.trace_id)


def trace_id(run_tag: str, exchange: int) -> str:
    """Return the 32 hex digits that name exchange `exchange` of the run tagged `run_tag`."""
    head = f"{run_tag}{exchange:08x}"
    return head + hashlib.blake2b(head.encode(), digest_size=8).hexdigest()


def attempt_span_id(trace: str, ordinal: int) -> str:
    """Return the 16 hex digits of the `ordinal`-th attempt's client span."""
    return span_id(trace, f"attempt {ordinal}")


def span_id(trace: str, name: str) -> str:
    """Return 16 hex digits for the span called `name` within `trace`; the same in every process."""
    return hashlib.blake2b(f"{trace} {name}".encode(), digest_size=8).hexdigest()


def exchange_number(trace: str) -> int:
    """Return the exchange number that a trace id of ours carries."""
    return int(trace[RUN_TAG_HEX_LENGTH : RUN_TAG_HEX_LENGTH + 8], 16)


def own_exchange(trace: str, run_tag: str) -> int | None:
    """Return the exchange number of a trace of this run's; None for any other, and for canaries."""
    if not run_tag or not trace.startswith(run_tag) or not _is_hex(trace, 32):
        return None
    number = exchange_number(trace)
    return None if is_canary(number) else number


def is_canary(exchange: int) -> bool:
    """Tell whether an exchange number belongs to the preflight."""
    return exchange >= CANARY_FIRST_NUMBER


def traceparent(trace: str, span: str) -> str:
    """Write the header's value for a sampled span."""
    return f"00-{trace}-{span}-01"


def parse_traceparent(value: str) -> Parent | None:
    """Read a `traceparent` value; None when it is not one (a gateway may send anything)."""
    parts = value.strip().lower().split("-")
    if len(parts) < 4 or len(parts[0]) != 2 or parts[0] == "ff":
        return None
    trace, span = parts[1], parts[2]
    if not (_is_hex(trace, 32) and _is_hex(span, 16)):
        return None
    return Parent(trace, span)


ATTEMPT_KEY_STATE = "crosswind"


def tracestate(attempt_key: int) -> str:
    """Write the `tracestate` that carries the attempt's per-endpoint ordinal to the proxy."""
    return f"{ATTEMPT_KEY_STATE}={attempt_key}"


def parse_attempt_key(value: str) -> int | None:
    """Read the per-endpoint ordinal from a `tracestate` value; None when it is absent."""
    for member in value.split(","):
        name, _, ordinal = member.strip().partition("=")
        if name == ATTEMPT_KEY_STATE and ordinal.isdigit():
            return int(ordinal)
    return None


def mark(run_tag: str, exchange: int) -> str:
    """Return the suffix that a prompt carries through a gateway that forwards no trace context.

    Nothing in it is escaped in JSON, and it survives being put into another provider's words.
    """
    return f"[cw:{run_tag}{exchange:08x}]"


def find_mark(body: bytes, run_tag: str) -> int | None:
    """Return the exchange number of this run's last mark in a decoded body; None without one."""
    tag = run_tag.encode()
    found = [m for m in _MARK.finditer(body[-MARK_SEARCH_BYTES:]) if m[1] == tag]
    return int(found[-1][2], 16) if found else None


def _is_hex(text: str, length: int) -> bool:
    if len(text) != length or not text.strip("0"):
        return False
    return all(digit in "0123456789abcdef" for digit in text)
