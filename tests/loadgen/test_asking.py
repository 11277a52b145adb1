import pytest

from loadgen.asking import Asking
from loadgen.config import Breaker
from loadgen.plan import Planned
from telemetry.clock import nanoseconds
from telemetry.outcome import Outcome
from telemetry.rows import AttemptBegun, AttemptEnded, ExchangeEnded, ExchangePlanned
from tests.loadgen.virtual import (
    Spool,
    VirtualWire,
    client,
    closing,
    opening,
    refusal,
    token,
    whole,
)

PLANNED = Planned(number=3, at_s=1.0, prompt_tokens=10, output_tokens=3)


class Scene:
    """One exchange on a virtual wire."""

    def __init__(self, **route: object) -> None:
        self.wire = VirtualWire()
        self.spool = Spool()
        self.done: list[Asking] = []
        asked = client(self.wire, self.spool, {}, **route)
        self.asking = Asking(asked, PLANNED, nanoseconds(1.0), self.done.append)

    def begin(self) -> None:
        self.wire.now_s = 1.002
        self.asking.begin()

    def kinds(self) -> list[str]:
        return [type(row).__name__ for row in self.spool.rows()]

    def attempts(self) -> list[AttemptEnded]:
        return [row for row in self.spool.rows() if isinstance(row, AttemptEnded)]

    def ending(self) -> ExchangeEnded:
        (row,) = [row for row in self.spool.rows() if isinstance(row, ExchangeEnded)]
        return row


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.begin()
    return scene


def test_an_exchange_is_recorded_before_anything_is_sent(scene: Scene) -> None:
    planned, begun = scene.spool.rows()
    assert isinstance(planned, ExchangePlanned)
    assert (planned.exchange, planned.planned_ns) == (3, 1_000_000_000)
    assert planned.dispatched_ns == 1_002_000_000
    assert isinstance(begun, AttemptBegun)
    assert (begun.attempt, begun.endpoint, begun.key) == (0, "azure", 0)
    assert begun.span_id.encode() in scene.wire.lines[0].request


def test_a_whole_answer_ends_it_and_keeps_the_connection(scene: Scene) -> None:
    scene.wire.connected()
    scene.wire.received(whole())
    assert scene.kinds() == ["ExchangePlanned", "AttemptBegun", "AttemptEnded", "ExchangeEnded"]
    ending = scene.ending()
    assert (ending.outcome, ending.believed_ok, ending.served_by) == (Outcome.OK, True, "azure")
    assert scene.wire.lines[0].let_go == ["released"]
    assert scene.done == [scene.asking]
    assert scene.asking.tokens == 3


def test_a_failed_attempt_is_recorded_and_another_endpoint_asked(scene: Scene) -> None:
    scene.wire.connected()
    scene.wire.received(refusal(503))
    assert [line.endpoint for line in scene.wire.lines] == ["azure", "vertex"]
    assert scene.attempts()[0].outcome is Outcome.SERVER_ERROR
    scene.wire.connected()
    scene.wire.received(whole())
    assert scene.ending().served_by == "vertex"


def test_each_attempt_has_its_own_span(scene: Scene) -> None:
    scene.wire.received(refusal(503))
    spans = [row.span_id for row in scene.spool.rows() if isinstance(row, AttemptBegun)]
    assert len(set(spans)) == 2


def test_no_connection_is_a_failure_with_its_reason(scene: Scene) -> None:
    listener = scene.wire.lines[0].listener
    listener.refused(scene.wire.now_ns(), Outcome.CONNECT_REFUSED, "Connection refused")
    (ended,) = scene.attempts()
    assert (ended.outcome, ended.error) == (Outcome.CONNECT_REFUSED, "Connection refused")
    assert ended.connected_ns is None


def test_a_timeout_closes_the_connection_and_is_recorded_as_such(scene: Scene) -> None:
    scene.wire.connected()
    scene.wire.received(opening())
    scene.wire.advance(3.5)
    (ended,) = scene.attempts()
    assert ended.outcome is Outcome.FIRST_TOKEN_TIMEOUT
    assert ended.end_ns == pytest.approx(3_002_000_000, abs=10)
    assert ended.status == 200
    assert scene.wire.lines[0].let_go == ["closed"]
    assert scene.wire.lines[1].endpoint == "vertex"


def test_tokens_put_the_timeout_off(scene: Scene) -> None:
    scene.wire.connected()
    scene.wire.received(opening())
    for index in range(3):
        scene.wire.advance(2.5 + index * 1.5)
        scene.wire.received(token(index))
    scene.wire.received(closing())
    assert scene.ending().outcome is Outcome.OK


def test_content_that_reached_the_user_is_not_asked_for_again(scene: Scene) -> None:
    scene.wire.connected()
    scene.wire.received(opening() + token(0))
    scene.wire.closed(reset=True)
    assert len(scene.wire.lines) == 1
    ending = scene.ending()
    assert (ending.outcome, ending.believed_ok) == (Outcome.RESET_MID_STREAM, False)
    assert ending.served_by == ""


def test_what_only_the_measurement_sees_is_believed(scene: Scene) -> None:
    scene.wire.connected()
    scene.wire.received(opening() + token(0) + token(2) + closing())
    assert (scene.ending().outcome, scene.ending().believed_ok) == (Outcome.INCOMPLETE, True)


def test_no_alarm_rings_after_the_end(scene: Scene) -> None:
    scene.wire.connected()
    scene.wire.received(whole())
    assert all(alarm.cancelled for alarm in scene.wire.alarms)


def test_an_abandoned_exchange_closes_its_connection(scene: Scene) -> None:
    scene.wire.connected()
    scene.asking.abandon(Outcome.UNFINISHED)
    assert scene.ending().outcome is Outcome.UNFINISHED
    assert scene.attempts()[0].outcome is Outcome.CANCELLED
    assert scene.wire.lines[0].let_go == ["closed"]


def test_after_the_last_call_no_other_endpoint_is_asked(scene: Scene) -> None:
    scene.wire.connected()
    scene.asking.last_call()
    scene.wire.received(refusal(503))
    assert len(scene.wire.lines) == 1
    assert scene.ending().outcome is Outcome.SERVER_ERROR


def test_a_retry_after_is_waited_for_on_the_clock() -> None:
    scene = Scene(order=("azure",), breaker=Breaker(enabled=False))
    scene.begin()
    scene.wire.received(refusal(429, retry_after_s=1))
    assert len(scene.wire.lines) == 1
    scene.wire.advance(2.0)
    assert len(scene.wire.lines) == 1
    scene.wire.advance(2.01)
    assert [line.endpoint for line in scene.wire.lines] == ["azure", "azure"]
    keys = [row.key for row in scene.spool.rows() if isinstance(row, AttemptBegun)]
    assert keys == [0, 1]


def test_a_shed_exchange_is_recorded_and_never_sent() -> None:
    scene = Scene()
    scene.asking.shed()
    assert scene.kinds() == ["ExchangePlanned", "ExchangeEnded"]
    assert scene.ending().outcome is Outcome.SHED_BY_GENERATOR
    assert scene.wire.lines == []
