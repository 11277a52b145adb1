"""What hashes look like where they are written."""

import re

from faults.selection.match import Words, words_of

_HASH = re.compile(r"[0-9a-f]{16}")


def hash_complaint(hashes: Words) -> str:
    """Say that one is none: 16 hex digits in lower case, as the rows have them.

    It is not told back: it may be the key itself.
    """
    sizes = [len(word) for word in words_of(hashes) if not _HASH.fullmatch(word)]
    return f"16 hex digits in lower case, got {sizes[0]} characters" if sizes else ""
