"""What a fault's `match:` may say: all of it has to be so of a request."""

import msgspec

Words = str | tuple[str, ...]
"""One word or several, of which any will do."""


class Match(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is asked of a request, a key for each file of `faults.selection.criteria`.

    `path` and the values of `header` are globs (`*`, `?`, `[...]`); `key_hash` and `body_hash` are
    16 hex digits. `stream: None` asks nothing.
    """

    path: str = ""
    method: Words = ()
    model: Words = ()
    stream: bool | None = None
    header: dict[str, str] = {}
    key_hash: Words = ()
    prompt: str = ""
    body_hash: Words = ()
    new_connections: bool = False


def words_of(value: Words) -> tuple[str, ...]:
    """Return the words, one or several."""
    return (value,) if isinstance(value, str) else value


def said(match: Match) -> dict[str, object]:
    """Return what is asked, without what asks nothing."""
    told: dict[str, object] = msgspec.to_builtins(match)
    return told
