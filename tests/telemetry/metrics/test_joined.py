from msgspec.structs import replace

from telemetry.identity import GATEWAY
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "joined"


def test_our_own_client_is_joined_where_every_attempts_hop_is_known() -> None:
    apart = exchange(0, 21.0, attempt("azure", 21.0, joined=False))
    figure = measured(NAME, evidence([apart, exchange(1, 22.0)]), phase="fault")
    assert (figure.value, figure.samples, figure.worst) == (50.0, 2, (apart.trace_id,))


def test_behind_a_gateway_an_answer_must_have_come_from_somewhere() -> None:
    front = attempt(GATEWAY, 21.0, joined=False)
    hidden = replace(exchange(0, 21.0), front=front, attempts=())
    found = replace(exchange(1, 21.5), front=front)
    figure = measured(NAME, evidence([hidden, found]), phase="fault")
    assert (figure.value, figure.worst) == (50.0, (hidden.trace_id,))


def test_what_the_gateway_refused_by_itself_asked_nobody() -> None:
    refused = replace(attempt(GATEWAY, 21.0, outcome=Outcome.RATE_LIMITED, joined=False), tokens=0)
    alone = replace(exchange(0, 21.0), front=refused, attempts=())
    assert measured(NAME, evidence([alone]), phase="fault").value is None


def test_an_answer_that_no_asked_endpoint_gave_came_from_elsewhere() -> None:
    front = attempt(GATEWAY, 21.0, joined=False)
    failed = replace(attempt("azure", 21.0, outcome=Outcome.SERVER_ERROR), tokens=0)
    cached = replace(exchange(0, 21.0), front=front, attempts=(failed,))
    rescued = replace(exchange(1, 21.5), front=front, attempts=(failed, attempt("vertex", 21.6)))
    nobody = replace(exchange(2, 21.7), front=replace(front, tokens=0), attempts=(failed,))
    figure = measured(NAME, evidence([cached, rescued, nobody]), phase="fault")
    assert (figure.samples, figure.worst) == (3, (cached.trace_id,))
