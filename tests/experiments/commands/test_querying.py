"""`query` on finished runs that no process made."""

import json
from pathlib import Path

import duckdb
import pytest

from telemetry.run_folder import RunFolder
from tests.experiments.commands.asking import Crosswind
from tests.experiments.finished import finished
from tests.experiments.scenario import record, with_breaker
from tests.telemetry.scenes import small_run, write_spools

SEEN = record(with_breaker())


@pytest.fixture(name="run")
def finished_run(tmp_path: Path) -> Path:
    return finished(tmp_path, SEEN)


def test_a_question_is_answered_as_csv(run: Path, crosswind: Crosswind) -> None:
    said = crosswind(
        "query", run, "select served_by, count(*) as n from exchanges group by all order by all"
    )
    assert (said.code, said.err) == (0, "")
    assert said.out == "served_by,n\nazure,760\nvertex,440\n"


def test_and_as_json_and_as_a_table(run: Path, crosswind: Crosswind) -> None:
    query = "select phase, exchanges from phases where phase = 'fault'"
    said = crosswind("query", run, query, "--format", "json")
    assert json.loads(said.out) == [{"phase": "fault", "exchanges": 420}]
    said = crosswind("query", run, query, "--format", "table")
    assert said.out.split() == ["phase", "exchanges", "fault", "420"]


def test_without_a_question_the_columns_are_listed(run: Path, crosswind: Crosswind) -> None:
    said = crosswind("query", run, "--format", "json")
    told = {(line["view"], line["column"]): line for line in json.loads(said.out)}
    assert told["exchanges", "ttft_s"]["type"] == "DOUBLE"
    assert "plan" in told["exchanges", "ttft_s"]["says"]


def test_an_unsealed_run_is_sealed_and_answers(run: Path, crosswind: Crosswind) -> None:
    for file in RunFolder(run).spans.iterdir():
        file.unlink()
    RunFolder(run).spans.rmdir()
    write_spools(run, small_run())
    said = crosswind("query", run, "select count(*) as n from attempts")
    assert (said.code, said.out) == (0, "n\n6\n")
    assert RunFolder(run).attempts.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("select ttf from exchanges",), 'Candidate bindings: "ttft_s"'),
        (("delete from exchanges",), "a query only reads"),
        (("from run", "--format", "xml"), "csv"),
        (("select 1 as a, 2 as a", "--format", "json"), "two columns are called a"),
        (("from read_text('/etc/hostname')",), "Permission Error"),
    ],
)
def test_wrong_usage_exits_2_with_one_message(
    words: tuple[str, ...], told: str, run: Path, crosswind: Crosswind
) -> None:
    said = crosswind("query", run, *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "Traceback" not in said.err


def test_a_record_of_another_format_is_refused_whatever_its_columns(
    run: Path, crosswind: Crosswind
) -> None:
    with duckdb.connect() as database:
        for path, change in (
            (
                RunFolder(run).events,
                "UPDATE t SET facts = replace(facts, '\"format\":', '\"format\":9')",
            ),
            (RunFolder(run).attempts, "ALTER TABLE t RENAME endpoint TO place"),
        ):
            database.execute(f"CREATE OR REPLACE TABLE t AS FROM '{path}'")
            database.execute(change)
            database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    said = crosswind("query", run, "from run")
    assert said.code == 2
    assert "is not of format 2" in said.err
    assert "it is of format 92" in said.err
    assert str(run) in said.err
