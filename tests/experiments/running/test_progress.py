import pytest

from experiments.model import Endpoint, Experiment, Fault, Phases
from experiments.running.progress import faults_now, faults_told, progress_line, read_progress
from loadgen.config import Load, Route
from telemetry.progress import Progress

PROGRESS = Progress(
    exchanges=400,
    in_flight=7,
    failed=3,
    touched=12,
    span_s=2.0,
    ended_lately=41,
    failed_lately=1,
    served={"vertex": 39},
    time_to_first_token_p50_s=0.344,
)


def test_the_line_shows_who_serves_and_what_is_wrong() -> None:
    line = progress_line(27.2, "fault", PROGRESS, ("azure", "vertex"), "outage (12 touched)")
    assert line == (
        "  27 s  fault     azure  0.0/s  vertex 19.5/s  failed  0.5/s"
        "  first token p50 0.34 s  fault on: outage (12 touched)"
    )


def test_nothing_is_said_of_what_there_is_not() -> None:
    quiet = read_progress(
        {
            "exchanges": 0,
            "in_flight": 0,
            "failed": 0,
            "touched": 0,
            "span_s": 2.0,
            "ended_lately": 0,
            "failed_lately": 0,
            "served": {},
        }
    )
    assert "first token" not in progress_line(1, "warm_up", quiet, ("azure",), "")
    assert "fault on" not in progress_line(1, "warm_up", quiet, ("azure",), "")


def test_a_fault_is_on_within_its_schedule_only() -> None:
    fault = Fault(id="outage", at=("azure",), inject={"http_error": {}}, start_s=2, duration_s=3)
    experiment = Experiment(
        name="x",
        title="x",
        endpoints=(Endpoint(name="azure", dialect={"azure-openai": {}}),),
        route=Route(order=("azure",)),
        load=Load(arrivals={"constant": {"rate_per_s": 1}}),
        phases=Phases(warm_up_s=5, baseline_s=15),
        faults=(fault,),
    )
    assert [faults_now(experiment, at) for at in (21.9, 22.0, 24.9, 25.0)] == [
        (),
        ("outage",),
        ("outage",),
        (),
    ]


@pytest.mark.parametrize(
    ("inject", "told"),
    [({"http_error": {}}, "outage (7 touched)"), ({"connect_refused": {}}, "outage")],
)
def test_touches_are_told_where_proxies_can_count_them(
    inject: dict[str, dict[str, object]], told: str
) -> None:
    fault = Fault(id="outage", at=("azure",), inject=inject, duration_s=3)
    experiment = Experiment(
        name="x",
        title="x",
        endpoints=(Endpoint(name="azure", dialect={"azure-openai": {}}),),
        route=Route(order=("azure",)),
        load=Load(arrivals={"constant": {"rate_per_s": 1}}),
        phases=Phases(warm_up_s=5, baseline_s=15),
        faults=(fault,),
    )
    assert faults_told(experiment, 20.0, 7) == told
    assert faults_told(experiment, 19.0, 7) == ""
