import math

import msgspec
import pytest

from experiments.report.windows import WindowTime, injection_words, number, slowest, stories
from tests.experiments.report.synthetic import Run, Scene, run

RUN = run()


def times(of: Run) -> dict[str, WindowTime]:
    (story,) = stories(of.experiment, of.judgement, of.evidence)
    return {time.metric: time for time in story.times}


def test_a_window_is_told_with_what_was_injected_where_and_when() -> None:
    (story,) = stories(RUN.experiment, RUN.judgement, RUN.evidence)
    assert (story.name, story.endpoints, story.what) == (
        "outage",
        ("azure",),
        "http_error (status 503)",
    )
    assert (story.start_s, story.end_s) == (20.0, 40.0)
    assert story.first_hit_s is not None
    assert 20.0 <= story.first_hit_s < 21.0


def test_times_come_from_the_verdict_and_count_from_their_own_origin() -> None:
    found = times(RUN)
    failover, failback = found["failover_time"], found["failback_time"]
    figure = RUN.judgement.metrics["failover_time"]["outage"]
    assert failover.value == figure["value"]
    assert failover.origin_s == pytest.approx(
        (RUN.evidence.windows[0].first_hit_ns or 0) / 1e9 - 5000
    )
    assert failback.origin_s == 40.0
    assert failback.end_s == pytest.approx(40.0 + (failback.value or 0))


def test_a_gate_lends_its_limit_to_the_time_that_it_is_about() -> None:
    found = times(RUN)
    assert (found["failover_time"].limit, found["failover_time"].holds) == (5.0, "pass")
    assert found["detection_time"].limit is None


def test_a_gate_on_another_window_lends_nothing() -> None:
    findings = tuple(
        msgspec.structs.replace(f, gate=f.gate.replace(" <=", " (window:other) <="))
        for f in RUN.judgement.findings
    )
    other = msgspec.structs.replace(
        RUN, judgement=msgspec.structs.replace(RUN.judgement, findings=findings)
    )
    assert times(other)["failover_time"].limit is None


def test_what_never_happened_never_ends() -> None:
    never = times(run(Scene(breaker=False)))["failover_time"]
    assert never.value == math.inf
    assert never.end_s == math.inf


@pytest.mark.parametrize(
    ("value", "read"),
    [(1, 1.0), ("inf", math.inf), (None, None), (True, None), ("words", None), ("2.5", 2.5)],
)
def test_figures_are_read_as_the_verdict_writes_them(value: object, read: float | None) -> None:
    assert number(value) == read


def test_an_injection_without_parameters_is_its_name() -> None:
    assert injection_words({"connect_refused": {}}) == "connect_refused"
    assert injection_words({"http_error": {"status": 503, "message": None, "quota": ""}}) == (
        "http_error (status 503)"
    )


def test_failed_exchanges_are_the_slowest() -> None:
    lossy = run(Scene(vertex_fails=0.3)).evidence
    chosen = slowest(lossy, 3)
    assert [exchange.succeeded for exchange in chosen] == [False] * 3
