"""Which exchanges a page asks for: filters, time range and order, as SQL with parameters. Pure."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

import msgspec

MOST_ROWS = 500
"""As many as one answer holds."""

Word = Annotated[str, msgspec.Meta(max_length=100)]
Moment = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
Either = Literal["", "yes", "no"]
ORDERS: Mapping[str, str] = {
    "exchange": "exchange",
    "planned": "planned_s",
    "outcome": "outcome",
    "served": "shown_by",
    "attempts": "attempts",
    "ttft": "ttft_s",
    "total": "total_s",
    "delay": "failover_delay_s",
}
"""What the list can be ordered by, and the column that this is."""


class AskedWronglyError(Exception):
    """A request that says what nobody understands; the text says which part."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exchanges that were planned in [start, end) and are of every kind that is told.

    `outcome` may be `failed`: whatever was no success; `served` may be `nobody`. `over`: more
    attempts than this. `trace` is a piece of a trace id, or `#812`: the exchange's number.
    """

    start: Moment | None = None
    end: Moment | None = None
    outcome: Word = ""
    phase: Word = ""
    served: Word = ""
    touched: Either = ""
    moved: Either = ""
    over: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    trace: Word = ""
    sort: Word = "planned"
    down: Either = ""


class Page(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish, and which of its rows: `limit` of them from `offset` on."""

    offset: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = 100


class Place(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish, and an exchange whose place in it is asked for."""

    x: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class Range(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of the run's axis, and how many pixels wide it is to be drawn."""

    start: Moment | None = None
    end: Moment | None = None
    width: Annotated[int, msgspec.Meta(ge=240, le=4000)] = 1064


Kind = TypeVar("Kind", bound=msgspec.Struct)

Sql = tuple[str, dict[str, object]]
"""A piece of SQL, and its parameters."""


def read_wish(kind: type[Kind], said: Mapping[str, str]) -> Kind:
    """Read a query's parameters as a wish of that kind; raises AskedWronglyError."""
    try:
        wish = msgspec.convert(said, kind, strict=False)
    except msgspec.ValidationError as error:
        raise AskedWronglyError(str(error)) from error
    if isinstance(wish, Wish) and wish.sort not in ORDERS:
        raise AskedWronglyError(f"sort is one of {', '.join(ORDERS)}, not {wish.sort}")
    return wish


def where(wish: Wish) -> Sql:
    """Return the condition that the exchanges wanted meet."""
    found: list[Sql] = [
        ("planned_s >= $start", {"start": wish.start}),
        ("planned_s < $end", {"end": wish.end}),
        _outcome(wish.outcome),
        ("phase = $phase", {"phase": wish.phase or None}),
        _served(wish.served),
        ("touched = $touched", {"touched": _truth(wish.touched)}),
        ("failed_over = $moved", {"moved": _truth(wish.moved)}),
        ("attempts > $over", {"over": wish.over or None}),
        _trace(wish.trace.strip().lower()),
    ]
    kept = [(sql, facts) for sql, facts in found if None not in facts.values()]
    sql = " AND ".join(sql for sql, _ in kept if sql) or "true"
    return sql, {name: value for _, facts in kept for name, value in facts.items()}


def order(wish: Wish) -> str:
    """Return the order, in which no two exchanges are level."""
    return f"{ORDERS[wish.sort]} {'DESC' if wish.down == 'yes' else 'ASC'} NULLS LAST, exchange"


def _outcome(said: str) -> Sql:
    if said == "failed":
        return "NOT succeeded", {}
    return "outcome = $outcome", {"outcome": said or None}


def _served(said: str) -> Sql:
    if said == "nobody":
        return "shown_by IS NULL", {}
    return "shown_by = $served", {"served": said or None}


def _trace(said: str) -> Sql:
    number = said.removeprefix("#")
    if said.startswith("#") and number.isdecimal() and len(number) < 12:
        return "exchange = $number", {"number": int(number)}
    return "contains(trace_id, $trace)", {"trace": said or None}


def _truth(said: str) -> bool | None:
    return None if not said else said == "yes"
