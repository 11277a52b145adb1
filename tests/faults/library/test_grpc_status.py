import base64

import msgspec
import pytest
from google.rpc import status_pb2

from faults.catalog import make_fault
from faults.steps import End, Head, Trailers
from tests.faults.calls import HEAD, REFUSED, call
from tests.faults.honest import attested, fault, played, said


def test_the_service_is_not_asked_and_the_answer_is_its_trailers_alone() -> None:
    play = played(fault("grpc_status", code=8, message="no"), call(2))
    head, end = said(play)
    assert isinstance(head, Head)
    assert dict(head.headers) == {
        "content-type": "application/grpc",
        "grpc-status": "8",
        "grpc-message": "no",
    }
    assert end == End()
    assert not play.asked


def test_a_head_may_come_before() -> None:
    told = said(played(fault("grpc_status", trailers_only=False), call(2)))
    assert told == [HEAD, Trailers(headers=(("grpc-status", "14"),)), End()]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_status_comes_behind_exactly_so_many_messages(count: int) -> None:
    told = said(played(fault("grpc_status", code=13, after_messages=count), call(3)))
    status = Trailers(headers=(("grpc-status", "13"),))
    assert told == [*call(3)[: 1 + count], status, End()]


@pytest.mark.parametrize("count", [3, 4])
def test_a_stream_that_never_gets_there_passes_whole(count: int) -> None:
    one = fault("grpc_status", after_messages=count)
    assert said(played(one, call(3))) == call(3)
    assert attested(one, call(3)) == []


def test_a_refusal_of_the_services_own_passes_where_the_fault_waits_for_messages() -> None:
    assert attested(fault("grpc_status", after_messages=0), REFUSED) == []


def test_details_are_a_whole_status() -> None:
    one = fault("grpc_status", code=8, message="no", retry_delay_s=2.5, reason="RATE")
    (head, _) = said(played(one, call(1)))
    assert isinstance(head, Head)
    told = dict(head.headers)["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(base64.b64decode(told + "=" * (-len(told) % 4)))
    kinds = [detail.type_url.rpartition(".")[2] for detail in status.details]
    assert (status.code, status.message, kinds) == (8, "no", ["RetryInfo", "ErrorInfo"])


@pytest.mark.parametrize("code", [0, 17])
def test_a_fault_is_a_status_that_there_is_and_never_ok(code: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        make_fault({"grpc_status": {"code": code}})
