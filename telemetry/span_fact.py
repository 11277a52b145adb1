"""A span as it leaves this project, before any SDK has seen it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

Value = str | bool | int | float | Sequence[str]
Attributes = dict[str, Value]


class Link(NamedTuple):
    """Another span that this one has to do with; 32 and 16 hex digits."""

    trace_id: str
    span_id: str


class SpanFact(msgspec.Struct, frozen=True, kw_only=True):
    """One span; `kind` is CLIENT, SERVER or INTERNAL, times are wall clock ns since the epoch.

    `error` says how it went wrong, empty when it did not; `parent_span_id` is empty for a root.
    """

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    start_ns: int
    end_ns: int
    error: str
    attributes: Attributes
    links: tuple[Link, ...] = ()


def present(attributes: Mapping[str, Value | None]) -> Attributes:
    """Return the attributes that have a value."""
    return {name: value for name, value in attributes.items() if value is not None}
