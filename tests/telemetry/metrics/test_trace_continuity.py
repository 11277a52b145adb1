import pytest

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "trace_continuity"


def test_it_is_the_share_of_exchanges_whose_every_hop_is_known() -> None:
    apart = exchange(0, 21.0, attempt("azure", 21.0, joined=False))
    seen = evidence([apart, *(exchange(i, 21 + i) for i in range(1, 4))])
    figure = measured(NAME, seen, phase="fault")
    assert (figure.value, figure.samples, figure.worst) == (75.0, 4, (apart.trace_id,))


def test_one_attempt_apart_parts_its_exchange() -> None:
    half = exchange(
        0,
        21.0,
        attempt("azure", 21.0, outcome=Outcome.SERVER_ERROR, joined=False),
        attempt("vertex", 22),
    )
    assert measured(NAME, evidence([half]), phase="fault").value == 0.0


@pytest.mark.parametrize(
    "outcome", [Outcome.CONNECT_REFUSED, Outcome.CLOSED_BEFORE_HEAD, Outcome.CANCELLED]
)
def test_an_attempt_that_never_got_there_has_no_hop(outcome: Outcome) -> None:
    away = attempt("azure", 21.0, outcome=outcome, joined=False)
    seen = evidence([exchange(0, 21.0, away, attempt("vertex", 21.1))])
    assert measured(NAME, seen, phase="fault").value == 100.0
    seen = evidence([exchange(0, 21.0, away)])
    assert measured(NAME, seen, phase="fault").value is None


def test_an_attempt_that_brought_a_head_must_have_a_hop() -> None:
    head = attempt("azure", 21.0, outcome=Outcome.CANCELLED, head=21.1, joined=False)
    assert measured(NAME, evidence([exchange(0, 21.0, head)]), phase="fault").value == 0.0


def test_a_timeout_that_the_proxy_never_saw_is_apart() -> None:
    lost = attempt("azure", 21.0, outcome=Outcome.FIRST_TOKEN_TIMEOUT, joined=False)
    assert measured(NAME, evidence([exchange(0, 21.0, lost)]), phase="fault").value == 0.0
