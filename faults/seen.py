"""What a client was given, as a client reads it: into the row of its request's end."""

from typing import Final

from providers.heard import Heard
from telemetry.outcome import Outcome
from telemetry.rows import HopEnded

_SEEN: Final = (
    "first_token_ns",
    "last_token_ns",
    "largest_gap_ns",
    "tokens",
    "missing_tokens",
    "repeated_tokens",
    "usage_prompt_tokens",
    "usage_output_tokens",
    "finish_reason",
    "retry_after_s",
    "model",
)
_OVER: Final = frozenset({"complete", "fin", "reset", "upstream_unreachable"})


def ends_it(answer: Heard, ending: str) -> bool:
    """Tell whether an ending of a connection or a stream is one of the answer's, too.

    A client that left before the end decides nothing, but many leave at the answer's last word and
    wait for no end of its framing: they had it whole.
    """
    return ending in _OVER or (ending == "client_gone" and answer.finished)


def is_reset(ending: str) -> bool:
    """Tell whether an ending is a reset for the client."""
    return ending in {"reset", "upstream_unreachable"}


def note_seen(row: HopEnded, answer: Heard, ended_ns: int) -> None:
    """Fill in what the client was given."""
    row.outcome = answer.outcome
    if answer.outcome is None and not row.bytes_out:
        return
    seen = answer.row(exchange=0, attempt=0, end_ns=ended_ns, outcome=Outcome.OK, connected_ns=None)
    for name in _SEEN:
        setattr(row, name, getattr(seen, name))
    if row.tokens_up is None:
        row.tokens_up = row.tokens
