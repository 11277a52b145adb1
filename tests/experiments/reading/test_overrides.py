"""What the command line changes in an experiment."""

from pathlib import Path

import pytest

from experiments.reading.document import read_document
from experiments.reading.overrides import Overrides, overridden, read_overridden, with_sets
from experiments.reading.problems import ExperimentError, UsageError
from loadgen.plan import describe, plan
from tests.experiments.files import GOOD, changed, write

HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n"


def recorded(folder: Path, rows: int, every_s: float = 0.25) -> Path:
    """Write a trace of so many rows at equal distances."""
    lines = (
        f"2023-11-16 18:{int(n * every_s) // 60:02}:{n * every_s % 60:010.7f},{100 + n},{10 + n}\n"
        for n in range(rows)
    )
    return write(folder, HEADER + "".join(lines), "real.csv")


def test_a_set_changes_one_value_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path)
    before = read_overridden(path, Overrides())
    after = read_overridden(path, Overrides(sets=("faults.0.share=0",)))
    assert after.faults[0].share == 0
    assert after.faults[0].id == before.faults[0].id
    assert after.route == before.route


def test_sets_are_read_as_yaml_and_apply_in_order(tmp_path: Path) -> None:
    sets = (
        "route.client.order=[vertex, azure]",
        "faults.0.inject={blackhole: {hold_s: 3}}",
        "gates.1=user_errors <= 2 %",
        "seed=3",
        "seed=4",
    )
    experiment = read_overridden(write(tmp_path), Overrides(sets=sets))
    assert experiment.route.order == ("vertex", "azure")
    assert experiment.faults[0].inject == {"blackhole": {"hold_s": 3.0}}
    assert experiment.gates[1] == "user_errors <= 2 %"
    assert experiment.seed == 4


def test_a_set_reaches_what_the_file_leaves_to_defaults(tmp_path: Path) -> None:
    sets = (
        "endpoints.azure.stand_in.latency.overhead_s=0.5",
        "route.client.timeouts.first_token_s=1",
        "baseline.max_error_share=0.1",
    )
    experiment = read_overridden(write(tmp_path), Overrides(sets=sets))
    stand_in = experiment.endpoint("azure").stand_in
    assert stand_in is not None
    assert stand_in.latency.overhead_s == 0.5
    assert experiment.route.timeouts.first_token_s == 1
    assert experiment.baseline.max_error_share == 0.1


def test_the_seed_option_wins_over_the_file(tmp_path: Path) -> None:
    assert read_overridden(write(tmp_path), Overrides(seed=9)).seed == 9


def test_the_document_that_was_read_stays_as_it_was(tmp_path: Path) -> None:
    document = read_document(write(tmp_path))
    with_sets(document, ["faults.0.share=0"])
    assert "share" not in document.data["faults"][0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("faults.0.sare=0", "--set faults.0.sare=0: faults.0.sare: unknown key"),
        ("faults.0.sare=0", "did you mean share?"),
        ("faults.1.share=0", "--set faults.1.share=0: faults is a list, and 1 is not in it (0 to"),
        ("faults.x.share=0", "faults is a list, and x is not in it"),
        ("title.x=1", "--set title.x=1: title is 'Azure goes down', nothing lies below it"),
        ("endpoints.azur.listen=x", "no endpoint is called azur; did you mean azure?"),
        ("endpoints.zzz.listen=x", "no endpoint is called zzz"),
        ("nonsense", "--set nonsense: expected path=value"),
        ("=1", "expected path=value"),
        ("a..b=1", "--set a..b=1: expected path=value"),
        ("seed={", "--set seed={: '{' is not YAML"),
        ("phases.fault_s=20s", "phases.fault_s: got '20s': write 20, in seconds"),
        ("route.client.breaker.cooldown_ms=1", "did you mean cooldown_s: 0.001?"),
        ("load.constant.rate_per_s=3", "a second arrival process"),
    ],
)
def test_a_wrong_set_is_told_what_it_wrote_and_what_was_meant(
    text: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        read_overridden(write(tmp_path), Overrides(sets=(text,)))
    assert told in str(caught.value)


def test_a_problem_that_a_set_made_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError) as caught:
        read_overridden(write(tmp_path), Overrides(sets=("faults.0.at=nowhere",)))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("--set faults.0.at=nowhere", 0)


def test_a_trace_replaces_the_arrivals_at_the_experiments_mean_rate(tmp_path: Path) -> None:
    trace = recorded(tmp_path, 2000)
    experiment = read_overridden(write(tmp_path), Overrides(trace=str(trace)))
    planned = plan(experiment.load, seed=1, duration_s=60)
    assert len(planned) == 20 * 60
    assert planned[3].prompt_tokens == 103
    assert "5 x (chosen for 20 per second)" in describe(experiment.load, duration_s=60)
    assert experiment.load.output_tokens.median == 40


def test_the_rate_that_a_trace_is_sped_up_to_can_be_set(tmp_path: Path) -> None:
    overrides = Overrides(trace=str(recorded(tmp_path, 2000)), sets=("load.poisson.rate_per_s=10",))
    with pytest.raises(UsageError, match="a second arrival process"):
        read_overridden(write(tmp_path), overrides)
    by_rate = Overrides(trace=overrides.trace, sets=("load.trace.rate_per_s=10",))
    experiment = read_overridden(write(tmp_path), by_rate)
    assert len(plan(experiment.load, seed=1, duration_s=60)) == 600


def test_a_speed_that_is_given_is_kept(tmp_path: Path) -> None:
    overrides = Overrides(trace=str(recorded(tmp_path, 2000)), sets=("load.trace.speed=2",))
    experiment = read_overridden(write(tmp_path), overrides)
    assert len(plan(experiment.load, seed=1, duration_s=60)) == 4 * 2 * 60


def test_another_trace_keeps_the_speed_of_the_one_that_it_replaces(tmp_path: Path) -> None:
    trace = recorded(tmp_path, 2000)
    text = changed("poisson: {rate_per_s: 20}", f"trace: {{file: {trace}, speed: 3}}")
    other = write(tmp_path, trace.read_text(), "other.csv")
    experiment = read_overridden(write(tmp_path, text), Overrides(trace=str(other)))
    assert experiment.load.arrivals["trace"]["file"] == str(other)
    assert experiment.load.arrivals["trace"]["speed"] == 3


FOLDER = "a folder"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "--trace {}: no such file"),
        (FOLDER, "--trace {}: not a file"),
        ("a,b\n1,2\n", "--trace {}: load.trace: "),
        (HEADER + "2023-11-16 18:17:03.5,10,5\n", "needs 1201"),
    ],
)
def test_a_trace_that_cannot_be_replayed_is_told_so(
    content: str | None, told: str, tmp_path: Path
) -> None:
    trace = tmp_path / "real.csv"
    if content == FOLDER:
        trace.mkdir()
    elif content is not None:
        trace.write_text(content)
    with pytest.raises(UsageError) as caught:
        read_overridden(write(tmp_path), Overrides(trace=str(trace)))
    assert told.format(trace) in str(caught.value)


def test_a_wrong_file_is_told_before_its_trace_is_replaced(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("title", "titel"))
    with pytest.raises(ExperimentError, match="did you mean title"):
        overridden(read_document(path), Overrides(trace=str(recorded(tmp_path, 3))))


def test_the_changes_are_told_as_they_were_written() -> None:
    overrides = Overrides(sets=("a=1", "b=2"), seed=3, trace="x.csv")
    assert overrides.told() == ("--trace x.csv", "--set a=1", "--set b=2", "--seed 3")
    assert Overrides().told() == ()
