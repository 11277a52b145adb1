"""Dice that fall the same in every process, in any order, at any concurrency."""

from functools import lru_cache
from hashlib import blake2b
from random import Random

import msgspec

_STEPS = 1 << 53
"""How many equally spaced numbers a draw can be: what a float holds exactly."""

_FAULTS = 1024
"""For how many faults the beginning of their digest is kept."""

_encode = msgspec.json.Encoder().encode


def draw(seed: int, fault_id: str, exchange_key: str, attempt_key: str) -> float:
    """Return the number in [0, 1) that this fault draws for this attempt of this exchange.

    The top 53 bits, over 2**53, of the 8-byte BLAKE2b digest (RFC 7693) of the JSON array
    `[fault_id, exchange_key, attempt_key]` (no spaces, UTF-8), keyed with the seed's decimal
    digits. ValueError for a seed of more than 64 digits.
    """
    digest = _begun(seed, fault_id).copy()
    # What stands between the fault's id and the array's end: the brackets are in the beginning.
    digest.update(_encode((exchange_key, attempt_key))[1:])
    return (int.from_bytes(digest.digest(), "big") >> 11) / _STEPS


@lru_cache(maxsize=_FAULTS)
def _begun(seed: int, fault_id: str) -> blake2b:
    """Return the digest of what is the same in all draws of a fault: half of the work."""
    digest = blake2b(digest_size=8, key=str(seed).encode())
    digest.update(b"[%b," % _encode(fault_id))
    return digest


def dice(seed: int, fault_id: str, exchange_key: str, attempt_key: str) -> Random:
    """Return the dice by which a fault shapes this attempt, once it was drawn.

    They know nothing of the draw itself: their seed is another number of the same kind.
    """
    return Random(draw(seed, fault_id, exchange_key, f"{attempt_key} shaped"))
