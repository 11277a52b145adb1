"""One canary over gRPC: what an endpoint of such a dialect answers before the load."""

from pathlib import Path
from typing import Any, NamedTuple

from loadgen.grpc_endings import ending_of
from providers.dialect import Dialect, HttpRequest, MalformedAnswerError
from providers.grpc import Status

_MEANS = {
    "UNAUTHENTICATED": " (the credential is refused)",
    "PERMISSION_DENIED": " (the credential may not)",
    "NOT_FOUND": " (no such model)",
    "UNIMPLEMENTED": " (no such method)",
}


_OUR_OWN_DEADLINE = "Deadline Exceeded"
"""What grpcio says where nobody answered in time, and servers when they are told to give up."""


class Called(NamedTuple):
    """What came of a call: its messages, and the status as grpcio tells it.

    `answered`: the status is the server's own, not grpcio's word for a connection that failed.
    """

    messages: list[bytes]
    status: Status
    answered: bool = True


def call_once(
    address: str, request: HttpRequest, traceparent: str, timeout_s: float, ca_file: str = ""
) -> Called:
    """Make one call at `host:port` and wait for its end, at most so long; over TLS by `ca_file`."""
    # Where nobody speaks it, grpcio is not loaded.
    import grpc  # noqa: PLC0415 - see above

    messages: list[bytes] = []
    metadata = (*request.headers, ("traceparent", traceparent))
    # To the run's own proxy, whatever HTTP proxy the user's environment names.
    options = (("grpc.enable_retries", 0), ("grpc.enable_http_proxy", 0))
    if ca_file:
        trust = grpc.ssl_channel_credentials(Path(ca_file).read_bytes())
        made = grpc.secure_channel(address, trust, options=options)
    else:
        made = grpc.insecure_channel(address, options=options)
    with made as channel:
        method: Any = channel.unary_stream(request.target)
        call = method(request.body, metadata=metadata, timeout=timeout_s)
        try:
            messages.extend(call)
        except grpc.RpcError as error:
            status = Status(error.code().value[0], error.details() or "")
            return Called(messages, status, _answered(status))
    return Called(messages, Status(0))


def _answered(status: Status) -> bool:
    return isinstance(ending_of(status), Status) and status.message != _OUR_OWN_DEADLINE


def fault_of(dialect: Dialect, called: Called, *, stream: bool) -> str:
    """Say what is wrong with an answer; empty when nothing is."""
    status = called.status
    if not called.answered:
        return f"no answer: {status.message}"
    if status.code:
        return f"it answered {status.name}{_MEANS.get(status.name, '')}: {status.message}"
    read = dialect.read_event if stream else dialect.read_body
    try:
        said = [read(message) for message in called.messages]
    except MalformedAnswerError as error:
        return f"its answer is not {dialect.name}: {error}"
    errors = [delta.error.message for delta in said if delta.error is not None]
    if errors:
        return f"it answered, and then: {errors[0]}"
    return "" if any(delta.finish_reason for delta in said) else "its answer has no finish reason"
