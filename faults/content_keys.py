"""What a request without an attempt ordinal is told apart by: its content, and its turn."""

import hashlib
from collections import Counter

_MAX_CONTENTS = 65_536


def content_key(seen: "Counter[int]", content: bytes) -> str:
    """Return the content's hash with `#` and how often it has come; `seen` counts on.

    Beyond 65,536 contents all of them are forgotten and counted anew.
    """
    digest = hashlib.blake2b(content, digest_size=8).digest()
    if len(seen) >= _MAX_CONTENTS:
        seen.clear()
    # As a number it takes less than half of the memory.
    number = int.from_bytes(digest, "big")
    seen[number] += 1
    return f"{digest.hex()}#{seen[number]}"
