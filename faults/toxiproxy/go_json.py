"""Says why a body is no JSON in the words of Go's `encoding/json`, which clients compare. Pure."""

from typing import Final

import msgspec

_LITERALS: Final = {"n": "null", "t": "true", "f": "false"}
_BEGINNINGS: Final = frozenset('{["-0123456789')
_SPACE: Final = " \t\r\n"


def why_not(body: bytes, error: Exception) -> str:
    """Return Go's words for the commonest mistakes, msgspec's for the others."""
    text = body.decode("utf-8", "replace").lstrip(_SPACE)
    if not text:
        return "EOF"
    if text[0] in _LITERALS:
        return _literal(text) or str(error)
    if text[0] not in _BEGINNINGS:
        return f"invalid character {_quoted(text[0])} looking for beginning of value"
    truncated = isinstance(error, msgspec.DecodeError) and "truncated" in str(error)
    return "unexpected EOF" if truncated else str(error)


def _literal(text: str) -> str:
    """Return where a word departs from the literal that it begins as; empty if it does not."""
    literal = _LITERALS[text[0]]
    for place, wanted in enumerate(literal):
        if place >= len(text):
            return "unexpected EOF"
        if text[place] != wanted:
            found = _quoted(text[place])
            return f"invalid character {found} in literal {literal} (expecting '{wanted}')"
    return ""


def _quoted(character: str) -> str:
    return "'\\''" if character == "'" else f"'{character}'"
