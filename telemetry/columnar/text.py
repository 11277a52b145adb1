"""Values as SQL writes them."""

from collections.abc import Iterable


def literal(text: str) -> str:
    """Write text as SQL does; a `$` as its number, for those that stand in our templates."""
    plain = "'" + text.replace("'", "''") + "'"
    return "(" + plain.replace("$", "' || chr(36) || '") + ")" if "$" in text else plain


def listed(texts: Iterable[str]) -> str:
    """Write texts as what `IN` looks through; of nothing, what no text equals."""
    return "(" + (", ".join(map(literal, sorted(texts))) or "chr(1)") + ")"
