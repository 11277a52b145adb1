"""Dice that fall the same in every process, in any order, at any concurrency."""

import hashlib
from random import Random

import msgspec

_STEPS = 1 << 53
"""How many equally spaced numbers a draw can be: what a float holds exactly."""


def draw(seed: int, fault_id: str, exchange_key: str, attempt_key: str) -> float:
    """Return the number in [0, 1) that this fault draws for this attempt of this exchange.

    The top 53 bits, over 2**53, of the 8-byte BLAKE2b digest (RFC 7693) of the JSON array
    `[fault_id, exchange_key, attempt_key]` (no spaces, UTF-8), keyed with the seed's decimal
    digits. ValueError for a seed of more than 64 digits.
    """
    message = msgspec.json.encode((fault_id, exchange_key, attempt_key))
    digest = hashlib.blake2b(message, digest_size=8, key=str(seed).encode()).digest()
    return (int.from_bytes(digest, "big") >> 11) / _STEPS


def dice(seed: int, fault_id: str, exchange_key: str, attempt_key: str) -> Random:
    """Return the dice by which a fault shapes this attempt, once it was drawn.

    They know nothing of the draw itself: their seed is another number of the same kind.
    """
    return Random(draw(seed, fault_id, exchange_key, f"{attempt_key} shaped"))
