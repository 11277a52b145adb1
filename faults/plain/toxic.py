"""What every toxic of plain TCP is: frozen attributes, and what becomes of bytes on their way.

Pure: times come in and go out, in seconds of one monotonic clock. The names and units of the
attributes are Toxiproxy's, so that its clients' words can be read as they are.
"""

from collections.abc import Iterable
from enum import Enum
from random import Random
from typing import Annotated, ClassVar, NamedTuple

import msgspec

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=3_600_000)]
"""A length of time as Toxiproxy says it: an hour at the most."""


class Ending(Enum):
    """How a direction, or both, come to their end."""

    FIN = "fin"
    """The sender has said all; it is said on, the other direction may go on."""

    CLOSE = "close"
    """A toxic closes the connection, both ways, with a FIN behind what was said."""

    RESET = "reset"
    """A toxic resets the connection, both ways."""


class Due(NamedTuple):
    """Bytes, or an end, that are to leave at an instant; `inf` is when the toxic goes."""

    at_s: float
    data: bytes = b""
    ending: Ending | None = None


class Shaper:
    """One toxic at work on one direction of one connection; instants never go back.

    `spoiled`: bytes were dropped without which the connection cannot go on when the toxic goes.
    """

    spoiled = False

    def begin(self, at_s: float) -> Iterable[Due]:  # noqa: ARG002 - for those who count from here
        """Say what is due whatever comes."""
        return ()

    def take(self, data: bytes, at_s: float) -> Iterable[Due]:
        """Say when these bytes leave."""
        return (Due(at_s, data),)

    def end(self, at_s: float) -> Iterable[Due]:
        """Say when the sender's end leaves."""
        return (Due(at_s, ending=Ending.FIN),)


class Toxic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way in which bytes travel worse."""

    name: ClassVar[str]
    """What Toxiproxy's `type` calls it."""

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:
        """Begin with one direction of one connection; `former` worked on it up to now."""
        raise NotImplementedError
