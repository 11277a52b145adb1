"""Questions about a run, and what a question cannot reach."""

import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from telemetry.query import QueryError, ask
from tests.telemetry.asked import outage, seen
from tests.telemetry.synthetic import evidence

RUN = seen(outage())


def test_an_answer_has_the_columns_and_rows_that_were_asked_for() -> None:
    answer = ask(RUN, "select phase, count(*) as n from exchanges group by all order by all")
    assert answer.columns == ("phase", "n")
    assert answer.rows == (("baseline", 1), ("fault", 2))


def test_infinity_and_null_come_through() -> None:
    answer = ask(RUN, "select ttft_s, failover_delay_s, served_by from exchanges order by exchange")
    assert answer.rows[2] == (math.inf, math.inf, None)
    assert answer.rows[0][1] is None


def test_views_join_on_what_they_share() -> None:
    query = (
        "select exchange, attempt, window_name, w.duration_s from exchanges "
        "join attempts using (exchange) join faults using (exchange, attempt) "
        "join windows w using (window_name) order by all"
    )
    assert ask(RUN, query).rows == ((1, 0, "outage", 20.0), (2, 0, "outage", 20.0))


def test_a_run_in_which_nothing_happened_can_be_asked() -> None:
    empty = seen(evidence([], phases=()))
    assert ask(empty, "select count(*), max(ttft_s) from exchanges").rows == ((0, None),)


@pytest.mark.parametrize(
    "query",
    ["explain from run", "describe run", "show tables", "pivot phases on phase using sum(1)"],
)
def test_whatever_only_reads_is_answered(query: str) -> None:
    assert ask(RUN, query).rows


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select ttft from exchanges", '"ttft" not found .*"ttft_s"'),
        ("select * from exchange", 'Did you mean "exchanges"'),
        ("selec 1", 'syntax error at or near "selec"'),
        ("", "the query is empty"),
        ("-- all of it", "the query is empty"),
        ("select 1; select 2", "one query at a time, please: this is 2"),
        ("drop table exchanges", "a query only reads .* this is DROP"),
        ("create table t as from run", "this is CREATE"),
        ("set threads = 4", "this is SET"),
        ("select $1", "parameters"),
        ("select now() as moment", "moment has a time zone; cast it ::timestamp"),
    ],
)
def test_a_wrong_query_is_told_in_one_line(query: str, told: str) -> None:
    with pytest.raises(QueryError, match=told) as error:
        ask(RUN, query)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "query",
    [
        "from read_text('{file}')",
        "from '{file}'",
        "from read_csv('{file}')",
        "from glob('{folder}/*')",
        "from read_parquet('https://localhost:1/x.parquet')",
        "select * from outside",
        "copy run to '{folder}/copy.csv'",
        "attach '{folder}/other.db'",
        "export database '{folder}/all'",
        "install httpfs",
        "load httpfs",
        "call enable_logging(storage_path = '{folder}/log')",
        "pragma enable_profiling = 'json'",
        "pragma profiling_output = '{folder}/profile.json'",
    ],
)
def test_a_query_reaches_no_file_no_network_and_nothing_of_ours(query: str, tmp_path: Path) -> None:
    outside = [1]
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with pytest.raises(QueryError):
        ask(RUN, query.format(file=file, folder=tmp_path))
    assert list(tmp_path.iterdir()) == [file]
    assert outside == [1]


def test_an_interrupt_ends_a_query_that_would_take_for_ever() -> None:
    code = (
        "import os, signal, threading\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from telemetry.query import ask\n"
        "from tests.telemetry.test_query import RUN\n"
        "threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "ask(RUN, 'select count(*) from range(1000000) a, range(1000000) b where random() < 0')"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in done.stderr
