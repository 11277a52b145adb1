"""What a plain proxy is told to do to its connections."""

from typing import Annotated, Literal

import msgspec

Stream = Literal["upstream", "downstream"]


class Toxin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A toxic on one direction of a proxy's connections, as an API made it.

    `toxicity` is the share of connections. It ends at `ends_ns`, CLOCK_MONOTONIC.
    """

    id: str
    kind: str
    stream: Stream
    toxicity: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    attributes: dict[str, object] = {}
    ends_ns: int
