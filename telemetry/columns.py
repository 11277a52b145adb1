"""The columns of the sealed tables, read off the structs that they hold: one declaration for both.

A column is a struct's field of the same name; a proxy's view stands in its attempt's row under
names that begin with `hop_`, all empty where no proxy saw the attempt. Every `*_ns` column is
CLOCK_MONOTONIC of the run's host. `facts` is a JSON object as text.
"""

import types
import typing
from collections.abc import Iterable, Mapping

import msgspec

from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.record import EventFact, FaultFact

HOP_PREFIX = "hop_"

Columns = dict[str, str]
"""DuckDB types by column name, in the table's order."""

_SQL_TYPES: dict[object, str] = {int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"}


def columns_of(kind: type[msgspec.Struct], *, prefix: str = "", but: Iterable[str] = ()) -> Columns:
    """Return a column per field of a struct, without those that other tables hold.

    Text where no other type fits.
    """
    hints = typing.get_type_hints(kind)
    fields = [name for name in kind.__struct_fields__ if name not in but]
    return {prefix + name: _SQL_TYPES.get(_core(hints[name]), "VARCHAR") for name in fields}


def _core(hint: object) -> object:
    """Return the type of a hint without its None."""
    if isinstance(hint, types.UnionType):
        kept = [one for one in typing.get_args(hint) if one is not type(None)]
        return kept[0] if len(kept) == 1 else str
    return hint


EXCHANGES: Columns = columns_of(Exchange, but=["attempts", "front"])
ATTEMPTS: Columns = columns_of(Attempt, but=["hop", "touches", "parent_span_id"]) | columns_of(
    Hop, prefix=HOP_PREFIX
)
FAULTS: Columns = columns_of(FaultFact)
EVENTS: Columns = columns_of(EventFact)

TABLES: Mapping[str, Columns] = {
    "exchanges": EXCHANGES,
    "attempts": ATTEMPTS,
    "faults": FAULTS,
    "events": EVENTS,
}
