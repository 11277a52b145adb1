import pytest

from loadgen.asking import Asking
from loadgen.config import Breaker, Load, Route, Target, WorkerConfig
from loadgen.endpoint import endpoint_of
from loadgen.generator import Generator, Pulse, clients_of
from loadgen.plan import Planned
from telemetry.outcome import Outcome
from telemetry.rows import Event, ExchangeEnded, ExchangePlanned
from tests.loadgen.virtual import Spool, VirtualWire, refusal, whole

TARGET = Target(endpoint="azure", dialect={"azure-openai": {}}, base_url="http://127.0.0.1:1")


def planned(number: int, at_s: float = 0.0) -> Planned:
    return Planned(number=number, at_s=at_s, prompt_tokens=10, output_tokens=3)


class Scene:
    """A worker's generator, all its clients on one virtual wire."""

    def __init__(self, *, index: int = 0, count: int = 1, max_in_flight: int = 10) -> None:
        self.wire = VirtualWire()
        self.spool = Spool()
        self.over: list[Asking] = []
        config = WorkerConfig(
            run_folder="",
            run_tag="5eed0001",
            seed=1,
            targets=(TARGET,),
            route=Route(order=("azure",), clients=4, breaker=Breaker(failures=1)),
            load=Load(arrivals={}),
            duration_s=1,
            drain_s=1,
            index=index,
            count=count,
        )
        endpoints = {"azure": endpoint_of(TARGET, {})}
        self.clients = clients_of(config, endpoints, lambda: self.wire, self.spool.recorder)
        self.generator = Generator(
            self.clients,
            self.spool.recorder,
            replicas=4,
            max_in_flight=max_in_flight,
            over=self.over.append,
        )


def test_a_worker_has_the_replicas_of_its_index() -> None:
    assert set(Scene(index=1, count=2).clients) == {1, 3}
    assert set(Scene().clients) == {0, 1, 2, 3}


def test_an_exchange_goes_to_its_replica() -> None:
    scene = Scene()
    for number in range(6):
        scene.generator.send(planned(number), 0)
    rows = [row for row in scene.spool.rows() if isinstance(row, ExchangePlanned)]
    assert [row.replica for row in rows] == [0, 1, 2, 3, 0, 1]


def test_what_was_sent_and_what_is_under_way_is_counted() -> None:
    scene = Scene()
    scene.generator.send(planned(0), 0)
    scene.generator.send(planned(1), 0)
    assert (scene.generator.sent, scene.generator.in_flight) == (2, 2)
    scene.wire.connected()
    scene.wire.received(whole())
    assert (scene.generator.sent, scene.generator.in_flight) == (2, 1)
    assert [asking.planned.number for asking in scene.over] == [1]


def test_lateness_is_what_passed_since_the_planned_moment() -> None:
    scene = Scene()
    scene.wire.now_s = 7.25
    scene.generator.send(planned(0, at_s=2.0), 5_000_000_000)
    assert scene.generator.late_max_ns == 250_000_000


def test_one_too_many_is_shed_not_sent() -> None:
    scene = Scene(max_in_flight=1)
    scene.generator.send(planned(0), 0)
    scene.generator.send(planned(1), 0)
    assert (scene.generator.sent, len(scene.wire.lines)) == (1, 1)
    assert [asking.outcome for asking in scene.over] == [Outcome.SHED_BY_GENERATOR]


def test_abandoning_ends_everything_as_unfinished() -> None:
    scene = Scene()
    for number in range(3):
        scene.generator.send(planned(number), 0)
    scene.generator.abandon()
    ended = [row.outcome for row in scene.spool.rows() if isinstance(row, ExchangeEnded)]
    assert ended == [Outcome.UNFINISHED] * 3
    assert scene.generator.in_flight == 0


def test_after_the_last_call_failures_are_final() -> None:
    scene = Scene()
    scene.generator.send(planned(0), 0)
    scene.generator.last_call()
    scene.wire.received(refusal(429, retry_after_s=1))
    assert scene.over[0].outcome is Outcome.RATE_LIMITED


def test_a_breaker_that_changes_is_an_event_of_its_replica() -> None:
    scene = Scene()
    scene.generator.send(planned(2), 0)
    scene.wire.received(refusal(503))
    (event,) = [row for row in scene.spool.rows() if isinstance(row, Event)]
    assert (event.name, event.subject) == ("breaker", "azure")
    assert event.facts == {"replica": 2, "state": "open"}


def test_replicas_break_apart() -> None:
    scene = Scene()
    for number in (0, 1):
        scene.generator.send(planned(number), 0)
    scene.wire.lines[0].listener.received(refusal(503), 0)
    scene.generator.send(planned(4), 0)
    scene.generator.send(planned(5), 0)
    assert scene.over[-1].outcome is Outcome.NO_ENDPOINT
    assert scene.generator.in_flight == 2


def test_a_pulse_tells_the_largest_lag_and_the_cpu_share_since_it_last_did() -> None:
    pulse = Pulse(0, 10.0)
    for beat_ms in (50, 100, 180, 230):
        pulse.beat(beat_ms * 1_000_000)
    told = pulse.report(1_000_000_000, 10.25)
    assert told == {"cpu_share": 0.25, "hub_lag_max_s": pytest.approx(0.03)}
    pulse.beat(280_000_000)
    assert pulse.report(2_000_000_000, 10.25) == {"cpu_share": 0.0, "hub_lag_max_s": 0.0}
