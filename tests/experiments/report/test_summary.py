import math

import msgspec
import pytest

from experiments.judging.verdict import ExitCode, Finding, Judgement, Ruling, Verdict
from experiments.model import Expectation
from experiments.report import summary
from experiments.report.windows import stories
from telemetry.outcome import Outcome
from tests.experiments.report.synthetic import Scene, experiment, run

RUN = run()


def finding(ruling: Ruling, observed: float | None = 1.0) -> Finding:
    return Finding(
        gate="failover_time <= 5 s",
        verdict=ruling,
        observed=observed,
        limit=5.0,
        samples=30,
        reason="azure was still asked",
        unit="s",
    )


def judgement(verdict: Verdict, *findings: Finding, **more: object) -> Judgement:
    plain = Judgement(verdict=verdict, exit_code=int(ExitCode.FAIL), findings=findings)
    return msgspec.structs.replace(plain, **more)


@pytest.mark.parametrize(
    ("judged", "words"),
    [
        (judgement(Verdict.PASS, finding(Ruling.PASS)), "The gate holds."),
        (judgement(Verdict.PASS, *[finding(Ruling.PASS)] * 3), "All 3 gates hold."),
        (
            judgement(Verdict.FAIL, finding(Ruling.PASS), finding(Ruling.FAIL, math.inf)),
            "1 of 2 findings fails. failover_time: never (limit ≤ 5 s), azure was still asked.",
        ),
        (
            judgement(Verdict.INCONCLUSIVE, finding(Ruling.UNKNOWN, None)),
            (
                "1 of 1 finding could not be decided. "
                "failover_time: unknown (limit ≤ 5 s), azure was still asked."
            ),
        ),
        (
            judgement(
                Verdict.INCONCLUSIVE, finding(Ruling.FAIL), invalid=("no end record", "more")
            ),
            "The run cannot count: no end record (and 1 more reason).",
        ),
        (judgement(Verdict.ABORTED, aborted="Ctrl-C"), "The run was aborted: Ctrl-C."),
        (judgement(Verdict.ABORTED), "The run was aborted: no reason was recorded."),
        (
            judgement(Verdict.ABORTED, exit_code=6, invalid=("2 faults are left",)),
            "Faults could not be removed: 2 faults are left.",
        ),
        (judgement(Verdict.INCONCLUSIVE), "No gate failed, but the run ended with exit code 3."),
    ],
)
def test_one_sentence_says_why(judged: Judgement, words: str) -> None:
    assert summary.why(judged) == words


def test_failures_come_first_and_what_holds_last() -> None:
    mixed = [finding(ruling) for ruling in (Ruling.PASS, Ruling.UNKNOWN, Ruling.FAIL)]
    rulings = [found.verdict for found in summary.by_ruling(mixed)]
    assert rulings == [Ruling.FAIL, Ruling.UNKNOWN, Ruling.PASS]


def test_an_expectation_says_whether_it_was_met() -> None:
    expects_fail = msgspec.structs.replace(
        experiment(), expect=Expectation(verdict="FAIL", failing=("failover_time",))
    )
    known = msgspec.structs.replace(finding(Ruling.FAIL), gate="failover_time")
    other = msgspec.structs.replace(finding(Ruling.FAIL), gate="flaps")
    passed, failed = judgement(Verdict.PASS), judgement(Verdict.FAIL, known, other)
    assert summary.expected(expects_fail, failed) == "FAIL (failover_time) was expected"
    assert summary.expected(expects_fail, judgement(Verdict.FAIL, other)) == (
        "FAIL (failover_time) was expected, but what fails is not failover_time"
    )
    assert "not PASS" in summary.expected(expects_fail, passed)
    assert summary.expected(msgspec.structs.replace(experiment(), expect=None), passed) == ""


def test_the_tiles_count_what_the_record_holds() -> None:
    lossy = run(Scene(vertex_fails=0.3))
    tiles = summary.tiles(
        lossy.evidence, stories(lossy.experiment, lossy.judgement, lossy.evidence), {}
    )
    figures = {tile.name: tile.figure for tile in tiles}
    failed = sum(not exchange.succeeded for exchange in lossy.evidence.exchanges)
    assert figures["Failed for users"] == str(failed)
    assert figures["First token p95, fault"] == "failed"
    assert figures["Exchanges touched"] == str(lossy.evidence.windows[0].touched_exchanges)


def test_of_several_windows_the_longest_is_told() -> None:
    (story,) = stories(RUN.experiment, RUN.judgement, RUN.evidence)
    brief = msgspec.structs.replace(story, name="brief", end_s=story.start_s + 0.5)
    context = summary.tiles(RUN.evidence, (brief, story), {})[-1].context
    assert context.endswith(f"window {story.name}")


def test_a_run_without_anything_has_a_tile_that_says_so() -> None:
    empty = msgspec.structs.replace(RUN.evidence, exchanges=(), windows=(), phases=())
    (tile,) = summary.tiles(empty, (), {})
    assert (tile.figure, tile.context) == ("0", "0 of 0")


def test_what_was_spent_stands_beside_its_limit() -> None:
    tiles = summary.tiles(RUN.evidence, (), {"spent": 0.01234, "max_spend": 0.02, "requests": 842})
    assert (tiles[-1].name, tiles[-1].figure) == ("Spent", "0.0123")
    assert tiles[-1].context == "limit 0.02; 842 requests"
    free = summary.tiles(RUN.evidence, (), {"requests": 842, "max_requests": 900})
    assert "Spent" not in {tile.name for tile in free}


def test_an_exchange_in_two_windows_fails_silently_once() -> None:
    one = msgspec.structs.replace(
        RUN.evidence.exchanges[300], outcome=Outcome.TRUNCATED, believed_ok=True
    )
    evidence = msgspec.structs.replace(
        RUN.evidence, exchanges=(one,), windows=RUN.evidence.windows * 2
    )
    assert summary.tiles(evidence, (), {})[0].context == "1 of 1 (100 %); 1 silently"


def test_where_there_is_no_baseline_it_is_said() -> None:
    fault = RUN.evidence.in_phase("fault")
    alone = msgspec.structs.replace(RUN.evidence, exchanges=fault)
    assert summary.tiles(alone, (), {})[1].context == "no baseline"
