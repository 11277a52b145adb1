"""The credential, by the first 16 hex digits of its SHA-256: the key itself is written nowhere."""

from faults.selection.hashes import hash_complaint
from faults.selection.match import Words, words_of
from faults.selection.selector import Selector, Test


def _test(hashes: Words) -> Test:
    wanted = frozenset(words_of(hashes))
    return lambda traits: traits.key_hash in wanted


SELECTOR = Selector("key_hash", _test, complaint=hash_complaint)
