from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from telemetry.collecting.refusal import RefusedError, Taken
from telemetry.collecting.words import response, status


def test_a_request_taken_whole_is_answered_by_an_empty_message() -> None:
    assert response(Taken(accepted=5)) == b""


def test_what_was_refused_of_it_is_told() -> None:
    partial = ExportTraceServiceResponse.FromString(
        response(Taken(accepted=1, refused=2, reason="ids"))
    ).partial_success
    assert (partial.rejected_spans, partial.error_message) == (2, "ids")


def test_a_refusal_says_when_to_come_back_where_that_helps() -> None:
    late = Status.FromString(status(RefusedError(429, "too many", 1.25)))
    retry = RetryInfo()
    assert (late.code, late.message) == (8, "too many")
    assert late.details[0].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 1250
    assert not Status.FromString(status(RefusedError(400, "no"))).details
