"""What is known of a request when it is decided which faults touch it."""

from typing import Final

from providers.words import CHARACTERS_PER_PROMPT_TOKEN


class Traits:
    """One request, read only as far as a rule asks.

    `low`: its head in lower case. `under_way`: exchanges of its endpoint that have not ended, this
    one included.
    """

    __slots__ = ("_low", "under_way")

    def __init__(self, low: bytes = b"", *, under_way: int = 1) -> None:
        self._low = low
        self.under_way = under_way

    @property
    def prompt_tokens(self) -> int:
        """How much is asked, by the length that the head gives; 0 where it gives none."""
        length = self.header(b"content-length")
        return int(length) // CHARACTERS_PER_PROMPT_TOKEN if length.isdigit() else 0

    def header(self, name: bytes) -> bytes:
        """Return the first header of this name (lower case), in lower case; empty without one."""
        _, found, rest = self._low.partition(b"\r\n" + name + b":")
        return rest.partition(b"\r\n")[0].strip() if found else b""


UNKNOWN: Final = Traits()
"""A request that nothing is known of."""
