"""Pieces of the text are gibberish."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import changed_events, is_event_stream, passed_head, with_data
from faults.steps import Event, Script
from providers.dialect import Dialect
from providers.edited import edited_event, text

_LOW: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
_ALL: Final = (_LOW, _LOW.upper(), _DIGITS)
_SCRAMBLED: Final = str.maketrans("".join(_ALL), "".join(one[-5:] + one[:-5] for one in _ALL))


class TokenScramble(Fault, frozen=True, kw_only=True):
    """The client of a stream gets a text with gibberish in it, in good form, to its proper end."""

    name: ClassVar[str] = "token_scramble"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = (
        "Anthropic, 2025-08: a miscompiled sampler that chose wrong tokens, some in another "
        "script, with every status 200"
    )

    every: Annotated[
        int,
        Meta(
            ge=1,
            description="this many: of each so many events with text the last has other letters "
            "and digits, as many as before",
        ),
    ] = 10

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - JSON tells by itself whose it is
        """Change letters and digits within events with text."""
        head = yield from passed_head()
        if head is None or not is_event_stream(head):
            return
        count = 0

        def change(event: Event) -> Event:
            nonlocal count
            count += bool(event.tokens)
            if not event.tokens or count % self.every:
                return event
            return with_data(event, edited_event(event.data, text(_scrambled)))

        yield from changed_events(change)


def _scrambled(said: str) -> str:
    return said.translate(_SCRAMBLED)
