"""What spans say of a gRPC call; the rest is seen in the spans of a record."""

import pytest

from telemetry import names
from telemetry.exchange import Attempt, Hop
from telemetry.outcome import Outcome
from telemetry.span_attributes import attempt_facts, hop_error, hop_facts


def hop(rpc_status: str | None, *, status: int = 200, ending: str = "complete") -> Hop:
    return Hop(
        proxy="injector-0",
        hop=1,
        endpoint="triton",
        begin_ns=1,
        status=status,
        rpc_status=rpc_status,
        ending=ending,
    )


@pytest.mark.parametrize(
    ("seen", "error"),
    [
        (hop("OK"), ""),
        (hop("UNAVAILABLE"), "UNAVAILABLE"),
        (hop("INTERNAL"), "INTERNAL"),
        # Not the server's error: the caller asked for too much, or for what is not there.
        (hop("RESOURCE_EXHAUSTED"), ""),
        (hop("NOT_FOUND"), ""),
        (hop(None, ending="reset"), "reset"),
        (hop(None, status=503), "503"),
    ],
)
def test_a_hop_is_in_error_by_the_status_of_whatever_it_spoke(seen: Hop, error: str) -> None:
    assert hop_error(seen) == error


def test_a_status_is_told_beside_the_200_that_it_came_in() -> None:
    called = Attempt(
        exchange=1,
        ordinal=0,
        endpoint="triton",
        key=0,
        span_id="0" * 16,
        begin_ns=1,
        outcome=Outcome.SERVER_ERROR,
        status=200,
        rpc_status="UNAVAILABLE",
    )
    for told in (attempt_facts(called), hop_facts(hop("UNAVAILABLE"))):
        assert told[names.HTTP_STATUS] == 200
        assert told[names.RPC_STATUS] == "UNAVAILABLE"
        assert told[names.RPC_SYSTEM] == "grpc"


def test_over_http_there_is_none() -> None:
    assert hop_facts(hop(None))[names.RPC_SYSTEM] is None
