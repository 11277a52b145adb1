from faults.steps import End
from tests.faults.calls import REFUSED, call
from tests.faults.honest import attested, fault, played, said, stream


def test_every_message_comes_and_then_the_end_without_a_status() -> None:
    assert said(played(fault("grpc_missing_trailers"), call(3))) == [*call(3)[:-2], End()]
    assert attested(fault("grpc_missing_trailers"), call(3)) == ["truncated"]


def test_a_status_that_is_the_whole_answer_is_no_trailer() -> None:
    assert attested(fault("grpc_missing_trailers"), REFUSED) == []


def test_what_has_no_trailers_loses_none() -> None:
    assert said(played(fault("grpc_missing_trailers"), stream(2))) == stream(2)
