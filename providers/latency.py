"""How long a stand-in takes: linear in the prompt, log-normal between tokens, slower under load.

Times are seconds; dice and load are arguments.
"""

import math

from providers.config import Latency


def stretch(latency: Latency, load: float) -> float:
    """Return the factor on every time: from 1 when idle, linearly, to the one at full capacity.

    `load` is the share of capacity in use, 0 to 1.
    """
    return 1.0 + (latency.slowdown_at_capacity - 1.0) * load


def opening_s(latency: Latency, load: float) -> float:
    """Return the time from a question to whatever comes before its first token."""
    return latency.overhead_s * stretch(latency, load)


def time_to_first_token_s(latency: Latency, prompt_tokens: int, load: float) -> float:
    """Return the time from a question to its first token."""
    idle_s = latency.overhead_s + latency.per_prompt_token_s * prompt_tokens
    return idle_s * stretch(latency, load)


def token_gap_s(latency: Latency, load: float, normal: float) -> float:
    """Return the time from one token to the next; `normal` is a draw from N(0, 1)."""
    gap_s = latency.token_gap_s * math.exp(latency.token_gap_sigma * normal)
    return gap_s * stretch(latency, load)
