"""The whole body, by the hash that the rows have of it."""

from faults.selection.hashes import hash_complaint
from faults.selection.match import Words, words_of
from faults.selection.selector import Selector, Test


def _test(hashes: Words) -> Test:
    wanted = frozenset(words_of(hashes))
    return lambda traits: traits.body_hash in wanted


SELECTOR = Selector("body_hash", _test, needs_body=lambda _: True, complaint=hash_complaint)
