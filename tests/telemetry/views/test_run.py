from datetime import datetime

from telemetry.query import ask
from tests.telemetry.asked import lines, outage, seen
from tests.telemetry.synthetic import END_S, RUN_TAG, ZERO_NS

RUN = seen(outage())


def test_a_run_is_one_row() -> None:
    (line,) = lines("run", RUN)
    assert (line["run_id"], line["title"]) == ("my-run", "Azure goes down")
    assert (line["run_tag"], line["host"]) == (RUN_TAG, "ship")
    assert (line["zero_ns"], line["end_s"]) == (ZERO_NS, END_S)
    assert (line["row_count"], line["lost_rows"]) == (30, 2)


def test_time_zero_is_a_moment_in_utc() -> None:
    zero = datetime(2023, 11, 14, 22, 13, 20)  # noqa: DTZ001 - as the column has it
    assert ask(RUN, "select time_zero from run").rows == ((zero,),)
