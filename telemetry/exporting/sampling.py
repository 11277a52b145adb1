"""Which exchanges are exported, chosen when all of them is known; pure.

What failed, failed over or was touched by a fault is always kept, and of the rest a share that
follows from the run's tag and the exchange's number: the same ones in every process, each time.
"""

import hashlib

from telemetry.exchange import Exchange

ALL = 1.0
_RANGE = 2**64


def is_kept(exchange: Exchange, run_tag: str, share: float) -> bool:
    """Tell whether an exchange is exported when `share` of the unremarkable ones is."""
    return share >= ALL or is_remarkable(exchange) or draw(run_tag, exchange.number) < share


def is_remarkable(exchange: Exchange) -> bool:
    """Tell whether an exchange failed, failed over, or was touched by a fault."""
    return not exchange.succeeded or exchange.touched or exchange.failed_over


def draw(run_tag: str, number: int) -> float:
    """Return a number in [0, 1) that is an exchange's own, whatever the share."""
    key = run_tag.encode()[:64]
    drawn = hashlib.blake2b(str(number).encode(), digest_size=8, key=key).digest()
    return int.from_bytes(drawn) / _RANGE
