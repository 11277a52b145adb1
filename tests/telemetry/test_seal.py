import os
import subprocess
import sys
from pathlib import Path

import duckdb
import msgspec
import pytest

from telemetry.flat import UnreadableRecordError
from telemetry.outcome import Outcome
from telemetry.recorder import open_spool
from telemetry.rows import Event
from telemetry.run_folder import RunFolder
from telemetry.seal import NoRecordError, Reading, SealError, is_sealed, read_record, seal
from tests.telemetry.scenes import BIG_NS, TAG, finished, numbered, small_run, write_spools


@pytest.fixture(name="run")
def unsealed_run(tmp_path: Path) -> Path:
    run = tmp_path / f"20261122T230405Z-drill[1]-{TAG}"
    write_spools(run, small_run())
    return run


def test_the_record_is_the_same_before_and_after_sealing(run: Path) -> None:
    unsealed = read_record(run)
    assert is_sealed(run)
    assert not (run / "spool").exists()
    assert read_record(run) == unsealed
    assert unsealed.run_tag == TAG
    assert len(unsealed.exchanges) == 3
    assert unsealed.exchanges[0].planned_ns == BIG_NS
    assert len(unsealed.other_hops) == 2
    assert {len(exchange.attempts) for exchange in unsealed.exchanges} == {2}


def test_only_the_four_tables_are_left(run: Path) -> None:
    sealed = seal(run)
    assert sealed is not None
    assert sealed.kept == ""
    assert sealed.lost == 0
    assert {path.name for path in run.iterdir()} == {"spans"}
    assert {path.name for path in (run / "spans").iterdir()} == {
        "attempts.parquet",
        "exchanges.parquet",
        "faults.parquet",
        "events.parquet",
    }
    assert seal(run) is None


def test_editing_one_row_changes_that_attempt_and_nothing_else(run: Path) -> None:
    before = read_record(run)
    path = RunFolder(run).attempts
    edited = path.with_suffix(".edited")
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM '{_pattern(path)}'")
        database.execute("UPDATE t SET outcome = 'stalled' WHERE exchange = 1 AND ordinal = 1")
        database.execute(f"COPY t TO '{edited}' (FORMAT parquet)")
    edited.rename(path)
    after = read_record(run)
    changed = after.exchanges[1].attempts[1]
    assert changed.outcome is Outcome.STALLED
    restored = msgspec.structs.replace(changed, outcome=Outcome.OK)
    assert restored == before.exchanges[1].attempts[1]
    assert after.exchanges[0] == before.exchanges[0]
    assert after.exchanges[2] == before.exchanges[2]
    assert after.exchanges[1].attempts[0] == before.exchanges[1].attempts[0]
    assert after.faults == before.faults


def test_touches_follow_from_the_faults_table(run: Path) -> None:
    assert all(exchange.touched for exchange in read_record(run).exchanges)
    path = RunFolder(run).faults
    edited = path.with_suffix(".edited")
    with duckdb.connect() as database:
        query = f"SELECT * FROM '{_pattern(path)}' WHERE exchange IS DISTINCT FROM 1"
        database.execute(f"COPY ({query}) TO '{edited}' (FORMAT parquet)")
    edited.rename(path)
    touched = [exchange.touched for exchange in read_record(run).exchanges]
    assert touched == [True, False, True]


def test_spools_stay_when_the_sealed_counts_differ(tmp_path: Path) -> None:
    spools = small_run()
    spools["worker-0"].insert(1, finished(77, 0, BIG_NS))  # the end of an attempt that never began
    write_spools(tmp_path, spools)
    sealed = seal(tmp_path)
    assert sealed is not None
    assert sealed.kept == "attempt_ends: 7 read, 6 sealed"
    assert (tmp_path / "spool" / "worker-0.ndjson").exists()
    assert is_sealed(tmp_path)
    assert len(read_record(tmp_path).exchanges) == 3


@pytest.mark.parametrize("gone", ["attempts", "exchanges", "faults", "events"])
def test_a_record_of_which_a_file_is_gone_is_not_sealed_and_says_which(
    run: Path, gone: str
) -> None:
    assert seal(run) is not None
    (run / "spans" / f"{gone}.parquet").unlink()
    assert not is_sealed(run)
    with pytest.raises(NoRecordError, match=f"{gone}.parquet is missing, and there are no spools"):
        read_record(run)


def test_spools_stay_when_one_that_nobody_read_lies_beside_them(run: Path) -> None:
    reading = Reading(run)
    reading.read_to_end()
    open_spool(run, "worker", 7).close()
    assert reading.seal().kept == "still written to: worker-7"
    assert (run / "spool" / "worker-7.ndjson").exists()


def test_a_renamed_folder_is_read_by_the_tag_of_its_exchanges(tmp_path: Path) -> None:
    write_spools(tmp_path / "my-run", small_run())
    record = read_record(tmp_path / "my-run")
    assert record.run_tag == TAG
    assert all(attempt.hop for exchange in record.exchanges for attempt in exchange.attempts)


def test_a_run_that_is_still_written_to_is_read_and_left_alone(run: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        recorder = open_spool(run, "worker", 1)
        path = run / "spool" / "worker-1.ndjson"
        text = path.read_text().replace(f'"pid":{os.getpid()}', f'"pid":{other.pid}')
        path.write_text(text)
        recorder.record_now(Event(name="generator", at_ns=1))
        assert len(read_record(run).spools) == 4
        assert not is_sealed(run)
        with pytest.raises(SealError, match=f"worker-1 .process {other.pid}"):
            seal(run)
    finally:
        other.communicate(b"\n")
    assert seal(run) is not None


def test_a_writer_that_died_and_was_not_buried_is_dead(run: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    open_spool(run, "worker", 1)
    path = run / "spool" / "worker-1.ndjson"
    path.write_text(path.read_text().replace(f'"pid":{os.getpid()}', f'"pid":{other.pid}'))
    try:
        assert seal(run) is not None
    finally:
        other.wait()


def test_a_record_is_read_even_where_it_cannot_be_sealed(
    run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (run / "spans.partial").write_text("in the way")
    assert len(read_record(run).exchanges) == 3
    assert "cannot seal" in caplog.text
    assert (run / "spool" / "worker-0.ndjson").exists()
    with pytest.raises(SealError, match="spools stay"):
        seal(run)


def test_sealed_rows_are_not_replaced_by_fewer(run: Path) -> None:
    seal(run)
    write_spools(run, numbered({"worker-9": [Event(name="generator", at_ns=1)]}))
    with pytest.raises(SealError, match="whose spools are gone"):
        seal(run)
    assert len(read_record(run).exchanges) == 3


def test_an_interrupted_sealing_is_done_again(run: Path) -> None:
    for leftover in ("spans.partial", "spans.old", "spool.sealed"):
        (run / leftover).mkdir()
        (run / leftover / "attempts.parquet").write_text("half")
    assert len(read_record(run).exchanges) == 3
    assert {path.name for path in run.iterdir()} == {"spans"}


def test_a_folder_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoRecordError, match="holds no record"):
        read_record(tmp_path)


def test_a_sealed_record_without_its_attempts_says_which_file_is_missing(run: Path) -> None:
    seal(run)
    RunFolder(run).attempts.unlink()
    with pytest.raises(NoRecordError, match=r"attempts\.parquet is missing"):
        read_record(run)


def test_a_sealed_file_that_is_not_ours_says_so(run: Path) -> None:
    seal(run)
    RunFolder(run).attempts.write_text("not parquet")
    with pytest.raises(UnreadableRecordError, match="cannot be read"):
        read_record(run)


def test_an_empty_run_is_sealed_and_read(tmp_path: Path) -> None:
    open_spool(tmp_path, "conductor").close()
    assert read_record(tmp_path).exchanges == ()
    assert is_sealed(tmp_path)
    assert [spool.ended for spool in read_record(tmp_path).spools] == [True]


def _pattern(path: Path) -> str:
    return str(path).replace("[", "[[]")
