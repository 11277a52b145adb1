"""The method, one or several."""

from faults.selection.match import Words, words_of
from faults.selection.selector import Selector, Test


def _test(methods: Words) -> Test:
    wanted = frozenset(words_of(methods))
    return lambda traits: traits.method in wanted


def _complaint(methods: Words) -> str:
    wrong = [word for word in words_of(methods) if not word.isupper()]
    return f"methods are written in capitals: {wrong[0].upper()}" if wrong else ""


SELECTOR = Selector("method", _test, complaint=_complaint, by_line=True)
