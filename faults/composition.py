"""Several faults under one name, as providers fail: what a composition is, and what it says. Pure.

A composition says stages; each is a window of its own, in which one or more faults share what they
touch. Times are seconds from the composition's start.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

import msgspec

from faults.catalog import Reference
from faults.selection.match import Match

How = Literal["errors", "refused", "silence", "resets", "mix"]
"""How an endpoint is down: 503 in its own words, no connections, no answers, resets, or of each."""

Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Part = Annotated[float, msgspec.Meta(gt=0, lt=1, description="of the whole time")]
Milliseconds = Annotated[float, msgspec.Meta(ge=1, le=600_000, extra={"unit": "ms"})]

OUTAGE_MIX: Final[Mapping[str, float]] = {"overloaded": 0.6, "blackhole": 0.25, "reset_peer": 0.15}
"""Which part of what reaches a provider that is down ends how; ours, nobody publishes it."""

_WAYS: Final[Mapping[str, Mapping[str, float]]] = {
    "errors": {"overloaded": 1.0},
    "refused": {"connect_refused": 1.0},
    "silence": {"blackhole": 1.0},
    "resets": {"reset_peer": 1.0},
    "mix": OUTAGE_MIX,
}


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a stage: `share` of what the faults before it in the stage have left."""

    inject: Reference
    share: float = 1.0
    ramp_s: float = 0.0


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Faults that switch together; `name` is empty where there is no other stage.

    `may_miss`: clients may rightly be elsewhere by then, so it need not touch anybody. `match`:
    which requests it is for, if not for all.
    """

    at: tuple[str, ...]
    faults: tuple[Drawn, ...]
    duration_s: float
    start_s: float = 0.0
    name: str = ""
    may_miss: bool = False
    match: Match | None = None


class Composition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all compositions; a subclass's fields are its parameters.

    `least_endpoints`: how many it is about at least. `seen`: where it was seen in the real world.
    """

    name: ClassVar[str]
    seen: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    least_endpoints: ClassVar[int] = 1

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield the stages in order of their start, none of them longer than `length_s`."""
        raise NotImplementedError

    def others(self) -> tuple[str, ...]:
        """Return the endpoints that its parameters name, beside those that it is at."""
        return ()


def outage(how: How, share: float = 1.0) -> tuple[Drawn, ...]:
    """Return the faults of an endpoint that is down, for a share of what reaches it."""
    return mixed({name: part * share for name, part in _WAYS[how].items()})


def mixed(shares: Mapping[str, float]) -> tuple[Drawn, ...]:
    """Return faults that touch these shares of all: each is drawn from what the others left."""
    found, left = [], 1.0
    for name, share in shares.items():
        found.append(Drawn(inject={name: {}}, share=min(1.0, round(share / left, 6))))
        left -= share
    return tuple(found)
