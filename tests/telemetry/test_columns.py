"""Columns follow from the structs that the tables hold."""

from typing import Literal

import msgspec
import pytest

from telemetry.columns import ATTEMPTS, EVENTS, EXCHANGES, FAULTS, HOP_PREFIX, TABLES, columns_of
from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.outcome import Outcome
from telemetry.record import EventFact, FaultFact


class Every(msgspec.Struct):
    """A field of each sort."""

    count: int
    share: float
    ok: bool
    text: str
    outcome: Outcome
    mode: Literal["a", "b"]
    facts: dict[str, int]
    maybe_count: int | None = None
    maybe_share: float | None = None
    either: int | str | None = None


def test_a_column_has_the_type_of_its_field_whether_or_not_it_may_be_empty() -> None:
    assert columns_of(Every) == {
        "count": "BIGINT",
        "share": "DOUBLE",
        "ok": "BOOLEAN",
        "text": "VARCHAR",
        "outcome": "VARCHAR",
        "mode": "VARCHAR",
        "facts": "VARCHAR",
        "maybe_count": "BIGINT",
        "maybe_share": "DOUBLE",
        "either": "VARCHAR",
    }


def test_columns_stand_in_the_order_of_the_fields() -> None:
    assert tuple(columns_of(Every)) == Every.__struct_fields__


def test_fields_that_other_tables_hold_are_left_out_and_the_prefix_is_put_before_the_rest() -> None:
    kept = columns_of(Every, prefix="its_", but=["facts", "either"])
    assert len(kept) == len(Every.__struct_fields__) - 2
    assert all(name.startswith("its_") for name in kept)
    assert "its_facts" not in kept


def test_the_proxys_view_stands_beside_the_clients_and_neither_hides_the_other() -> None:
    own = set(Attempt.__struct_fields__) - {"hop", "touches", "parent_span_id"}
    seen = {HOP_PREFIX + name for name in Hop.__struct_fields__}
    assert not own & seen
    assert set(ATTEMPTS) == own | seen
    assert not any(name.startswith(HOP_PREFIX) for name in own)


def test_what_is_joined_is_in_no_table() -> None:
    assert set(EXCHANGES) == set(Exchange.__struct_fields__) - {"attempts", "front"}
    assert set(FAULTS) == set(FaultFact.__struct_fields__)
    assert set(EVENTS) == set(EventFact.__struct_fields__)


@pytest.mark.parametrize("table", TABLES)
def test_every_time_is_a_whole_number_of_64_bits(table: str) -> None:
    times = {name: kind for name, kind in TABLES[table].items() if name.endswith("_ns")}
    assert times
    assert set(times.values()) == {"BIGINT"}
