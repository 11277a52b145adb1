"""Tables as flat rows and back."""

from collections.abc import Iterable

import msgspec
import pytest

from telemetry.assembly import Assembly
from telemetry.columns import TABLES
from telemetry.flat import FORMAT, Line, UnreadableRecordError, flatten, unflatten
from telemetry.record import SpoolFact
from telemetry.tables import Tables
from tests.telemetry.scenes import BIG_NS, TAG, begun, finished, numbered, planned, small_run


def small_tables() -> Tables:
    """A small run, and an attempt that no proxy saw."""
    spools = small_run()
    first = begun(7, 0, "azure", BIG_NS)
    spools["worker-0"][-1:-1] = [planned(7, BIG_NS), first, finished(7, 0, BIG_NS + 1)]
    assembly = Assembly()
    for name, rows in numbered(spools).items():
        assembly.take_all((name, row) for row in rows)
    facts = [
        SpoolFact(name=name, role=name.split("-")[0], rows=len(rows), lost=1, ended=False)
        for name, rows in spools.items()
    ]
    return assembly.tables(TAG, facts)


def lines(tables: Tables) -> dict[str, list[Line]]:
    """Flatten, with every column in every line, as files hold them."""
    return {name: filled(name, found) for name, found in flatten(tables).items()}


def filled(table: str, found: Iterable[Line]) -> list[Line]:
    return [{column: line.get(column) for column in TABLES[table]} for line in found]


@pytest.fixture(name="tables")
def tables_of_a_small_run() -> Tables:
    return small_tables()


def test_what_was_flattened_comes_back(tables: Tables) -> None:
    assert unflatten(lines(tables)) == tables


def test_a_record_of_nothing_comes_back(tables: Tables) -> None:
    empty = Tables(
        run_tag="", clock=tables.clock, exchanges=(), attempts=(), faults=(), events=(), spools=()
    )
    assert unflatten(lines(empty)) == empty


def test_no_line_says_what_has_no_column(tables: Tables) -> None:
    for name, found in flatten(tables).items():
        assert all(line.keys() <= TABLES[name].keys() for line in found)


def test_only_an_attempt_that_a_proxy_saw_has_a_hop(tables: Tables) -> None:
    seen = {line["exchange"]: line["hop_hop"] for line in lines(tables)["attempts"]}
    assert seen[0] is not None
    assert seen[7] is None


def test_facts_are_a_json_object_as_text(tables: Tables) -> None:
    (phase,) = (line for line in lines(tables)["events"] if line["name"] == "phase")
    assert msgspec.json.decode(phase["facts"]) == {"start_ns": BIG_NS, "end_ns": 1}


def test_the_records_own_rows_come_first_and_belong_to_no_spool(tables: Tables) -> None:
    events = lines(tables)["events"]
    own = [line["name"] for line in events if line["spool"] == ""]
    assert own == ["record", "spool", "spool", "spool", "other_hop", "other_hop"]
    assert [line["name"] for line in events[: len(own)]] == own


def test_an_event_of_a_spool_is_none_of_the_records_own_whatever_its_name(tables: Tables) -> None:
    found = lines(tables)
    found["events"].append({**found["events"][0], "spool": "worker-0"})
    again = unflatten(found)
    assert again.events[-1].name == "record"
    assert again.spools == tables.spools


@pytest.mark.parametrize("number", [FORMAT + 1, "1", None])
def test_another_format_is_refused(tables: Tables, number: object) -> None:
    found = lines(tables)
    head = msgspec.json.decode(found["events"][0]["facts"])
    found["events"][0]["facts"] = msgspec.json.encode(head | {"format": number}).decode()
    with pytest.raises(UnreadableRecordError, match=f"not of format {FORMAT}"):
        unflatten(found)


def test_tables_that_nobody_sealed_are_refused(tables: Tables) -> None:
    found = lines(tables)
    found["events"] = [line for line in found["events"] if line["spool"]]
    with pytest.raises(UnreadableRecordError, match="not of format"):
        unflatten(found)
