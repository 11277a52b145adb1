"""A published incident as frozen values: what one profile says once it has been read and checked.

Times are minutes of the incident itself, counted from its start; how fast they pass is told only
when it is replayed.
"""

from typing import Annotated, Literal

import msgspec

from experiments.reading.shape import FaultName
from loadgen.config import Reference

Grade = Literal["published", "derived", "ours"]
"""Where a figure is from: somebody published it, it follows from what they did, or we chose it."""

Teller = Literal["provider", "relayed", "press", "user", "dataset"]
"""Who tells: the provider itself, somebody who passes its words on, the press, a single user."""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it can be read, and who tells it there."""

    url: str
    by: Teller


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part that an endpoint plays in the incident.

    `like`: another role, of which this one is a further region, model or surface; where nothing is
    mapped to it, a stand-in is made that is like that one's.
    """

    says: str
    like: str = ""


class Slope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level that changes evenly over a phase."""

    start: float = msgspec.field(name="from")
    to: float


Level = float | tuple[float, ...] | Slope
"""One level, equal steps one after the other, or an even change from one to another."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several faults that a phase mixes, and its part of what is touched."""

    of: float
    inject: FaultName


class Grades(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a phase's times, its level and its kind of fault are from."""

    time: Grade
    level: Grade
    fault: Grade


class Phase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some minutes of an incident: where what went wrong, and how much of it.

    `level` is the share of attempts (or, with `draw: exchange`, of exchanges) that the fault
    touches; `room` instead: how much of the usual load an endpoint still carries, for faults that
    depend on load. A phase with neither `inject` nor `mix` is calm. `instead`: what happened and
    cannot be injected, and what is injected in its place.
    """

    id: str
    minutes: tuple[float, ...]
    grades: Grades
    note: str
    at: str | tuple[str, ...] = ()
    inject: FaultName | None = None
    mix: tuple[Part, ...] = ()
    level: Level | None = None
    room: Level | None = None
    draw: Literal["attempt", "exchange"] = "attempt"
    instead: str = ""

    @property
    def start_min(self) -> float:
        """When it begins, in minutes from the start of the incident."""
        return self.minutes[0]

    @property
    def end_min(self) -> float:
        """When it ends."""
        return self.minutes[1]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it is about."""
        return (self.at,) if isinstance(self.at, str) else self.at

    @property
    def parts(self) -> tuple[tuple[float, Reference], ...]:
        """What it injects, each with its part of the whole; empty for a calm phase."""
        if self.inject is not None:
            return ((1.0, self.inject),)
        return tuple((part.of, part.inject) for part in self.mix)


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One incident: what happened, who says so, and its phases.

    `cloud`: whose endpoints failed, where it is one of the two that Crosswind knows. `client`:
    what a failover client had to do; `tests`: what a rehearsal of it tests. `gates` come beside the
    usual ones, or in place of those of the same metric and scope; `without` names usual ones that
    say nothing here. `negative`: nobody should notice, so a fault that touches nobody is right.
    """

    title: str
    when: str
    happened: str
    sources: tuple[Source, ...]
    roles: dict[str, Role]
    phases: tuple[Phase, ...]
    client: str
    tests: str
    cloud: Literal["azure", "vertex", ""] = ""
    gates: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    negative: bool = False
    id: Annotated[str, msgspec.Meta(description="the file's stem")] = ""

    @property
    def lasts_min(self) -> float:
        """How long the incident lasted, in minutes."""
        return max(phase.end_min for phase in self.phases)
