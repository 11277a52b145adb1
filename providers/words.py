"""Numbered tokens: text whose every token says which one it is, the same on every cloud."""

import re
from collections.abc import Iterable, Iterator

_WORDS = (  # noqa: SIM905 - two lines of words read better than twenty-four of quotes
    "harbor wind flight runway signal beacon cloud drift anchor north ridge window "
    "river lantern glider compass valley tower meadow summit copper timber velvet orbit"
).split()
_NUMBERED = re.compile(r"(\d+):[a-z]+ ")
CHARACTERS_PER_PROMPT_TOKEN = 4


def token_text(seed: int, index: int) -> str:
    """Return the text of token `index` of every answer under a seed, e.g. `17:harbor `."""
    return f"{index}:{_WORDS[(seed * 31 + index * 7) % len(_WORDS)]} "


def token_texts(seed: int, count: int) -> Iterator[str]:
    """Return the texts of a whole answer of `count` tokens."""
    return (token_text(seed, index) for index in range(count))


def numbers_in(text: str) -> list[int]:
    """Return the indices of the whole numbered tokens in a text, in order."""
    return [int(number) for number in _NUMBERED.findall(text)]


def missing_and_repeated(numbers: Iterable[int]) -> tuple[int, int]:
    """Count the gaps and the repeats in a sequence of token indices that should be 0, 1, 2, ..."""
    seen = list(numbers)
    distinct = set(seen)
    missing = (max(distinct) + 1 if distinct else 0) - len(distinct)
    return missing, len(seen) - len(distinct)


def prompt_of(tokens: int, nonce: str) -> str:
    """Return a prompt that counts as about `tokens` tokens and starts with a nonce."""
    filler = "wind " * max(0, tokens)
    return f"{nonce} {filler}"[: max(len(nonce), tokens * CHARACTERS_PER_PROMPT_TOKEN)]


def prompt_tokens(prompt: str) -> int:
    """Count a prompt's tokens the way the stand-ins do: four characters each, at least one."""
    return max(1, round(len(prompt) / CHARACTERS_PER_PROMPT_TOKEN))
