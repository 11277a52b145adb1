"""The model or deployment: what the path names, else the body's `model`."""

from faults.selection.match import Words, words_of
from faults.selection.selector import Selector, Test


def _test(models: Words) -> Test:
    wanted = frozenset(words_of(models))
    return lambda traits: traits.model in wanted


SELECTOR = Selector(
    "model", _test, needs_body=lambda traits: not traits.model_in_path, by_line=True
)
