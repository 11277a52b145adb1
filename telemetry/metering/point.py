"""What a meter says at one moment: points of metrics, before any SDK or format has seen them.

Counters and histograms are cumulative from the run's start. Times of exemplars and of families are
CLOCK_MONOTONIC ns; those of a `Reading` are wall clock ns since the epoch.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from telemetry import names

Scalar = str | bool | int | float
Attributes = tuple[tuple[str, Scalar], ...]
"""Names and values in the order in which the metric lists them: hashable, so a series' key."""


class Exemplar(NamedTuple):
    """One measurement and the span that it was taken of; 32 and 16 hex digits."""

    value: float
    at_ns: int
    trace_id: str
    span_id: str


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One counter's or gauge's value."""

    attributes: Attributes
    value: float
    exemplar: Exemplar | None = None


class Fine(msgspec.Struct, frozen=True, kw_only=True):
    """The same values in base-2 exponential buckets, as OpenTelemetry's data model defines them.

    Bucket `offset + i` counts values in (base ** (offset + i), base ** (offset + i + 1)], where
    base is 2 ** (2 ** -scale).
    """

    scale: int
    zeros: int
    offset: int
    counts: tuple[int, ...]


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """One histogram's values.

    `counts` has one more than `bounds`: values up to and including each bound and beyond the one
    before, and those above all. `exemplars` are by the index of their bucket.
    """

    attributes: Attributes
    count: int
    total: float
    least: float
    largest: float
    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    fine: Fine
    exemplars: Mapping[int, Exemplar] = {}


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One metric's points; `instrument` is `counter`, `gauge` or `histogram`, `unit` UCUM's."""

    name: str
    instrument: str
    unit: str
    doc: str
    points: tuple[Number | Spread, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """All metrics of a run at one moment."""

    start_unix_ns: int
    at_unix_ns: int
    metrics: tuple[Measured, ...]


def only(reading: Reading, metrics: Collection[str]) -> Reading:
    """Return a reading of these metrics alone, by their names."""
    kept = tuple(one for one in reading.metrics if one.name in metrics)
    return msgspec.structs.replace(reading, metrics=kept)


_TOLD = {name.name: name for name in names.TABLE if name.kind == "metric"}


def measured(name: str, points: Iterable[Number | Spread], *, called: str = "") -> Measured:
    """Return points under a name of `telemetry.names`, or `called` something else."""
    told = _TOLD[name]
    return Measured(
        name=called or name,
        instrument=told.type,
        unit=told.unit,
        doc=told.doc,
        points=tuple(points),
    )


def known(values: Mapping[str, Scalar | None]) -> Attributes:
    """Return the attributes that have a value; an empty text is none."""
    return tuple((name, value) for name, value in values.items() if value not in (None, ""))


def gauge(name: str, values: Iterable[tuple[Attributes, float]]) -> Measured:
    """Return a gauge of values by their attributes."""
    return measured(name, (Number(attributes=of, value=value) for of, value in values))
