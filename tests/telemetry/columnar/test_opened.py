from pathlib import Path

import pytest
from msgspec.structs import replace

from telemetry.clock import ClockPair
from telemetry.columnar.opened import exchanges_in, open_columns
from telemetry.exchange import Exchange
from telemetry.flat import UnreadableRecordError
from telemetry.identity import CANARY_FIRST_NUMBER, GATEWAY
from telemetry.parquet import write_tables
from telemetry.record import EventFact
from telemetry.run_folder import RunFolder
from telemetry.tables import Tables
from tests.telemetry.synthetic import RUN_TAG, at, attempt, exchange


def made(*planned_s: float) -> Tables:
    """Return the tables of exchanges of one attempt each, planned so many seconds into the run."""
    whole = [exchange(i, s, attempt("azure", s)) for i, s in enumerate(planned_s)]
    return Tables(
        run_tag=RUN_TAG,
        clock=ClockPair(host="made", monotonic_ns=0, wall_ns=0),
        exchanges=tuple(replace(one, attempts=()) for one in whole),
        attempts=tuple(replace(a, exchange=e.number) for e in whole for a in e.attempts),
        faults=(),
        events=(),
        spools=(),
    )


def sealed(folder: Path, tables: Tables) -> Path:
    RunFolder(folder).spans.mkdir()
    write_tables(RunFolder(folder).spans, tables)
    return folder


def test_it_knows_the_first_and_the_last_moment(tmp_path: Path) -> None:
    columns = open_columns(sealed(tmp_path, made(3, 1, 2)))
    assert columns is not None
    assert columns.moments() == (at(1), at(4))
    assert columns.head.run_tag == RUN_TAG
    assert exchanges_in(RunFolder(tmp_path)) == 3


def test_canaries_are_no_moments(tmp_path: Path) -> None:
    tables = made(3, 1)
    canary = replace(tables.exchanges[0], number=CANARY_FIRST_NUMBER, planned_ns=7, trace_id="c")
    columns = open_columns(sealed(tmp_path, replace(tables, exchanges=(*tables.exchanges, canary))))
    assert columns is not None
    assert columns.moments()[0] == at(1)


def test_a_run_of_nothing_has_no_moments(tmp_path: Path) -> None:
    columns = open_columns(sealed(tmp_path, made()))
    assert columns is not None
    assert columns.moments() == (0, 0)


def _twice(tables: Tables) -> tuple[Exchange, ...]:
    return (*tables.exchanges, tables.exchanges[0])


@pytest.mark.parametrize("what", ["gateway", "command", "exchange", "attempt", "trace", "ordinal"])
def test_what_columns_cannot_tell_is_left_to_the_exchanges(tmp_path: Path, what: str) -> None:
    tables = made(1, 2)
    first, second = tables.attempts
    other = replace(tables.exchanges[1], trace_id=tables.exchanges[0].trace_id)
    changed = {
        "gateway": replace(tables, attempts=(first, replace(second, endpoint=GATEWAY))),
        "command": replace(tables, events=(EventFact(spool="c", name="command_start", at_ns=1),)),
        "exchange": replace(tables, exchanges=_twice(tables)),
        "attempt": replace(tables, attempts=(first, second, second)),
        "trace": replace(tables, exchanges=(tables.exchanges[0], other)),
        "ordinal": replace(tables, attempts=(first, replace(second, ordinal=-1))),
    }
    assert open_columns(sealed(tmp_path, changed[what])) is None


def test_files_that_are_not_ours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecordError):
        open_columns(tmp_path)
