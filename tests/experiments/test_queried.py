"""What a query says of a finished run is what its verdict says."""

from pathlib import Path

import pytest

from experiments.judging.conclude import conclude
from experiments.judging.verdict import Judgement
from experiments.queried import answer_of, schema_of, seen_of
from experiments.reading.problems import UsageError
from telemetry.record import Record
from telemetry.run_folder import RunFolder
from telemetry.seal import read_record
from telemetry.view import views
from tests.experiments.finished import finished
from tests.experiments.scenario import record, with_breaker, without_breaker, without_fallback

SCENES = {"breaker": with_breaker, "no breaker": without_breaker, "no fallback": without_fallback}


@pytest.fixture(name="run", params=SCENES)
def run_of_a_scene(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return finished(tmp_path, record(SCENES[request.param]()))


def only(run: Path, query: str) -> object:
    ((value,),) = answer_of(run, query).rows
    return value


def figure(judgement: Judgement, metric: str, scope: str, statistic: str) -> object:
    return judgement.metrics[metric][scope][statistic]


def test_rows_are_counted_as_the_record_counts_them(run: Path) -> None:
    seen: Record = read_record(run)
    attempts = [attempt for exchange in seen.exchanges for attempt in exchange.attempts]
    assert only(run, "select count(*) from exchanges") == len(seen.exchanges)
    assert only(run, "select count(*) from attempts") == len(attempts)
    assert only(run, "select sum(attempts) from exchanges") == len(attempts)
    assert only(run, "select count(*) from events") == len(seen.events)
    assert only(run, "select count(distinct trace_id) from exchanges") == len(seen.exchanges)
    touched = sum(attempt.touched for attempt in attempts)
    assert only(run, "select count(*) from faults") == touched
    assert only(run, "select count(*) from attempts where touched") == touched


def test_percentiles_are_the_verdicts(run: Path) -> None:
    judgement = conclude(run).judgement
    for phase in ("baseline", "fault", "recovery"):
        query = f"select quantile_disc(ttft_s, 0.95) from exchanges where phase = '{phase}'"
        assert only(run, query) == figure(judgement, "time_to_first_token", phase, "p95")


def test_user_errors_are_the_verdicts(run: Path) -> None:
    judgement = conclude(run).judgement
    query = "select 100 * avg((not succeeded)::int) from exchanges where phase = 'fault'"
    assert only(run, query) == pytest.approx(figure(judgement, "user_errors", "fault", "value"))


def test_windows_and_what_they_touched_are_the_verdicts(run: Path) -> None:
    (told,) = conclude(run).judgement.windows
    answer = answer_of(run, "from windows")
    (row,) = answer.rows
    window = dict(zip(answer.columns, row, strict=True))
    same = {"start_s", "end_s", "first_hit_s", "share", "touched_attempts", "touched_exchanges"}
    assert {name: window[name] for name in same} == {name: told[name] for name in same}
    query = "select count(distinct exchange) from faults where window_name = 'outage'"
    assert only(run, query) == told["touched_exchanges"]


def test_a_query_leaves_the_run_as_it_was(run: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    only(run, "select count(*) from run")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_run_is_named_by_its_folder_and_its_experiment(run: Path) -> None:
    seen = seen_of(run)
    assert (seen.run_id, seen.title) == (run.name, "Azure goes down")


def test_the_schema_is_every_column_of_every_view(run: Path) -> None:
    told = {(view, column, kind) for view, column, kind, _ in schema_of(run).rows}
    assert told == {
        (name, column, kind)
        for name, view in views().items()
        for column, kind in view.types.items()
    }


def test_what_is_no_run_and_what_is_no_query_is_wrong_usage(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run folder"):
        schema_of(tmp_path)
    with pytest.raises(UsageError, match=r"ttft_s"):
        answer_of(run, "select ttft from exchanges")
    RunFolder(run).attempts.unlink()
    with pytest.raises(UsageError, match="is missing"):
        schema_of(run)
