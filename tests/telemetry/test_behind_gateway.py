"""What a gateway did is read from the proxies; what the user got, from the client."""

import msgspec
import pytest

from telemetry.behind_gateway import outcome_of
from telemetry.clock import ClockPair
from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.identity import GATEWAY, trace_id
from telemetry.join import join
from telemetry.outcome import Outcome
from telemetry.record import FaultFact
from telemetry.tables import OtherHop, Tables

TAG = "0a0b0c0d"
NUMBER = 3
TRACE = trace_id(TAG, NUMBER)
EXCHANGE = Exchange(
    number=NUMBER,
    trace_id=TRACE,
    replica=0,
    planned_ns=0,
    dispatched_ns=0,
    prompt_tokens=9,
    output_tokens=5,
    end_ns=900,
    outcome=Outcome.OK,
    believed_ok=True,
    served_by=GATEWAY,
)
FRONT = Attempt(
    exchange=NUMBER,
    ordinal=0,
    endpoint=GATEWAY,
    key=0,
    span_id="1" * 16,
    begin_ns=0,
    end_ns=900,
    outcome=Outcome.OK,
    first_token_ns=700,
    tokens=5,
    finish_reason="stop",
)


def hop(number: int, endpoint: str, begin: int, **facts: object) -> Hop:
    said = {"end_ns": begin + 100, "ending": "complete", "joined_by": "mark", **facts}
    return Hop(proxy="injector-0", hop=number, endpoint=endpoint, begin_ns=begin, **said)  # type: ignore[arg-type]  # fields of a hop by name


REFUSED = hop(0, "azure", 10, outcome=Outcome.SERVER_ERROR, status=503)
ANSWERED = hop(1, "vertex", 200, end_ns=890, outcome=Outcome.OK, first_token_ns=600, tokens=5)


def tables(
    *hops: Hop, front: Attempt = FRONT, faults: tuple[FaultFact, ...] = (), parent: str = ""
) -> Tables:
    return Tables(
        run_tag=TAG,
        clock=ClockPair(host="h", monotonic_ns=0, wall_ns=0),
        exchanges=(EXCHANGE,),
        attempts=(front,),
        faults=faults,
        events=(),
        spools=(),
        other_hops=tuple(OtherHop(hop=one, trace_id=TRACE, parent_span_id=parent) for one in hops),
    )


def seen(*hops: Hop, front: Attempt = FRONT, faults: tuple[FaultFact, ...] = ()) -> Exchange:
    record = join(tables(*hops, front=front, faults=faults))
    assert record.orphans == 0
    return record.exchanges[0]


def test_the_requests_at_the_proxies_are_the_attempts_in_their_order() -> None:
    exchange = seen(ANSWERED, REFUSED)
    assert exchange.front == FRONT
    assert [(a.endpoint, a.ordinal, a.key) for a in exchange.attempts] == [
        ("azure", 0, 0),
        ("vertex", 1, 0),
    ]
    assert exchange.served_by == "vertex"
    assert len({attempt.span_id for attempt in exchange.attempts}) == 2


def test_an_attempt_knows_the_span_that_its_request_named() -> None:
    named = join(tables(REFUSED, ANSWERED, parent="2" * 16)).exchanges[0]
    assert [a.parent_span_id for a in named.attempts] == ["2" * 16, "2" * 16]
    assert [a.parent_span_id for a in seen(REFUSED, ANSWERED).attempts] == ["", ""]


def test_tries_at_one_endpoint_are_counted() -> None:
    again = msgspec.structs.replace(REFUSED, hop=5, begin_ns=120)
    assert [a.key for a in seen(REFUSED, again, ANSWERED).attempts] == [0, 1, 0]


def test_the_answer_has_the_times_and_tokens_that_the_user_saw() -> None:
    served = seen(REFUSED, ANSWERED).serving
    assert served is not None
    assert (served.endpoint, served.first_token_ns, served.tokens) == ("vertex", 700, 5)
    assert served.end_ns == 890


def test_an_answer_that_another_endpoint_had_begun_keeps_its_own_first_token() -> None:
    cut = hop(0, "azure", 10, outcome=Outcome.RESET_MID_STREAM, first_token_ns=50)
    early = msgspec.structs.replace(FRONT, first_token_ns=60)
    served = seen(cut, ANSWERED, front=early).serving
    assert served is not None
    assert served.first_token_ns == 600


def test_a_fault_touches_the_request_that_it_touched() -> None:
    fact = FaultFact(
        spool="injector-0",
        fault="outage",
        hop=0,
        endpoint="azure",
        action="answered",
        at_ns=20,
        trace_id=TRACE,
        exchange=NUMBER,
    )
    touched = [attempt.touched for attempt in seen(REFUSED, ANSWERED, faults=(fact,)).attempts]
    assert touched == [True, False]


def test_what_a_limit_of_ours_refused_was_no_attempt() -> None:
    refused = msgspec.structs.replace(REFUSED, refused_by="max_requests")
    assert [a.endpoint for a in seen(refused, ANSWERED).attempts] == ["vertex"]


@pytest.mark.parametrize(
    ("facts", "front_end", "outcome"),
    [
        ({"end_ns": None}, 900, Outcome.UNFINISHED),
        ({"ending": "shutdown"}, 900, Outcome.UNFINISHED),
        ({"ending": "upstream_unreachable"}, 900, Outcome.CONNECT_FAILED),
        ({"outcome": Outcome.RATE_LIMITED}, 900, Outcome.RATE_LIMITED),
        ({"ending": "client_gone"}, 900, Outcome.FIRST_TOKEN_TIMEOUT),
        ({"ending": "client_gone", "first_token_ns": 40}, 900, Outcome.STALLED),
        ({"ending": "client_gone"}, 110, Outcome.CANCELLED),
        ({"ending": "client_gone"}, None, Outcome.FIRST_TOKEN_TIMEOUT),
        ({"ending": "unparsed"}, 900, Outcome.MALFORMED),
    ],
)
def test_how_a_request_ended_is_told_by_its_proxy(
    facts: dict[str, object], front_end: int | None, outcome: Outcome
) -> None:
    front = msgspec.structs.replace(FRONT, end_ns=front_end)
    assert outcome_of(hop(0, "azure", 10, **facts), front) is outcome
