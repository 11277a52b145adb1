from experiments.running.watcher import Moment, PlainLines
from telemetry.progress import Progress
from tests.experiments.scenario import experiment

NEWS = Progress(
    exchanges=400,
    in_flight=7,
    failed=3,
    touched=12,
    span_s=2.0,
    ended_lately=41,
    failed_lately=1,
    served={"vertex": 39},
)


def test_lines_are_passed_on_and_looks_without_news_say_nothing() -> None:
    said: list[str] = []
    watcher = PlainLines(experiment(), said.append)
    watcher.said("sealing the record")
    watcher.progressed(Moment(elapsed_s=1.0, phase="warm_up"))
    watcher.cut_off()
    assert said == ["sealing the record"]


def test_news_becomes_a_line_every_two_seconds() -> None:
    said: list[str] = []
    watcher = PlainLines(experiment(), said.append)
    for elapsed_s in (20.0, 21.0, 21.9, 22.0, 23.0):
        watcher.progressed(Moment(elapsed_s=elapsed_s, phase="fault", progress=NEWS))
    told = "s  fault     azure  0.0/s  vertex 19.5/s  failed  0.5/s  fault on: outage (12 touched)"
    assert said == [f"  20 {told}", f"  22 {told}"]
