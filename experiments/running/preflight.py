"""Before the load: each endpoint must answer, and the way to it lead through its proxy."""

import http.client
import os
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from experiments.running.grpc_canary import call_once, fault_of
from loadgen.config import Target
from loadgen.endpoint import credential_of
from providers.access_token import CredentialError
from providers.catalog import make_dialect
from providers.dialect import Delta, Dialect, HttpRequest, MalformedAnswerError, Question
from providers.quota import RemainingQuota, remaining_quota
from providers.sse import EventSplitter, event_data
from telemetry import identity
from telemetry.rows import HopBegun, decode_row

FIRST_CANARY = identity.CANARY_FIRST_NUMBER
GATEWAY_CANARY = 0xFFFF_FFFF
CANARY_TIMEOUT_S = 10.0
PROXY_SAW_WITHIN_S = 2.0
_MEANS = {
    401: " (the credential is refused)",
    403: " (the credential may not)",
    404: " (no such deployment, model or path)",
}


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """One cheap marked request at one endpoint and what came of it; `reason` is empty when well.

    `status` is HTTP's, or gRPC's by its name.
    """

    endpoint: str
    trace_id: str
    status: int | str | None = None
    reason: str = ""
    quota: RemainingQuota = RemainingQuota()

    @property
    def ok(self) -> bool:
        """True when the endpoint answered and its proxy saw the request."""
        return not self.reason


def send_canaries(  # noqa: PLR0913 - what is asked, where, as whom, and until when
    run_tag: str,
    targets: tuple[Target, ...],
    spool: Path,
    environment: Mapping[str, str] = os.environ,
    *,
    stream: bool = False,
    heed: Callable[[], None] = lambda: None,
) -> tuple[Canary, ...]:
    """Ask every endpoint once at its proxy; `spool` is the injector's, where hops must appear.

    `heed` is called before each, and may raise.
    """
    canaries: list[Canary] = []
    for at, target in enumerate(targets):
        heed()
        number = _number(target, at)
        canaries.append(_ask(target, run_tag, number, environment, stream=stream))
    seen = _await_hops(spool, {canary.trace_id for canary in canaries if canary.ok})
    return tuple(_judged(canary, seen) for canary in canaries)


def _judged(canary: Canary, seen: set[str]) -> Canary:
    if not canary.ok or canary.trace_id in seen:
        return canary
    reason = "it answered, but its proxy never saw the request: the proxy is not in the path"
    return msgspec.structs.replace(canary, reason=reason)


def _number(target: Target, ordinal: int) -> int:
    """Return a canary's exchange number; the gateway's is not that of any endpoint."""
    return GATEWAY_CANARY if target.endpoint == identity.GATEWAY else FIRST_CANARY + ordinal


def _ask(
    target: Target,
    run_tag: str,
    number: int,
    environment: Mapping[str, str],
    *,
    stream: bool,
) -> Canary:
    dialect, trace = make_dialect(target.dialect), identity.trace_id(run_tag, number)
    url = urlsplit(target.base_url)
    try:
        credential = credential_of(target, environment).current()
    except CredentialError as error:
        return Canary(endpoint=target.endpoint, trace_id=trace, reason=str(error))
    prompt = f"Say hello. {identity.mark(run_tag, number)}" if target.marked else "Say hello."
    question = Question(prompt=prompt, max_output_tokens=4, stream=stream)
    request = dialect.request(question, url.path, credential)
    parent = identity.traceparent(trace, identity.attempt_span_id(trace, 0))
    if dialect.grpc:
        return _called(target, trace, parent, request, stream=stream)
    try:
        status, headers, body = _exchange(target, request, parent)
    except (OSError, http.client.HTTPException) as error:
        reason = f"no answer: {error or type(error).__name__}"
        return Canary(endpoint=target.endpoint, trace_id=trace, reason=reason)
    return Canary(
        endpoint=target.endpoint,
        trace_id=trace,
        status=status,
        reason=_fault_of(dialect, status, headers, body, stream=stream),
        quota=remaining_quota(headers),
    )


def _called(
    target: Target, trace: str, parent: str, request: HttpRequest, *, stream: bool
) -> Canary:
    address = urlsplit(target.base_url).netloc
    called = call_once(address, request, parent, CANARY_TIMEOUT_S, target.ca_file)
    return Canary(
        endpoint=target.endpoint,
        trace_id=trace,
        status=called.status.name if called.answered else None,
        reason=fault_of(make_dialect(target.dialect), called, stream=stream),
    )


def _exchange(
    target: Target, request: HttpRequest, traceparent: str
) -> tuple[int, dict[str, str], bytes]:
    connection = _connection(target)
    try:
        headers = {**dict(request.headers), "traceparent": traceparent}
        connection.request(request.method, request.target, request.body, headers)
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, names, answer.read()
    finally:
        connection.close()


def _connection(target: Target) -> http.client.HTTPConnection:
    address = urlsplit(target.base_url).netloc
    if not target.ca_file:
        return http.client.HTTPConnection(address, timeout=CANARY_TIMEOUT_S)
    trust = ssl.create_default_context(cafile=target.ca_file)
    return http.client.HTTPSConnection(address, timeout=CANARY_TIMEOUT_S, context=trust)


def _fault_of(
    dialect: Dialect, status: int, headers: dict[str, str], body: bytes, *, stream: bool
) -> str:
    if status != http.HTTPStatus.OK:
        error = dialect.read_error(status, headers, body)
        return f"it answered {status}{_MEANS.get(status, '')}: {error.message}"
    try:
        said = _streamed(dialect, body) if stream else [dialect.read_body(body)]
    except MalformedAnswerError as error:
        return f"its answer is not {dialect.name}: {error}"
    errors = [delta.error.message for delta in said if delta.error is not None]
    if errors:
        return f"it answered 200, and then: {errors[0]}"
    return "" if any(delta.finish_reason for delta in said) else "its answer has no finish reason"


def _streamed(dialect: Dialect, body: bytes) -> list[Delta]:
    data = (event_data(event) for event in EventSplitter().feed(body))
    return [dialect.read_event(one) for one in data if one is not None]


def _await_hops(spool: Path, wanted: set[str]) -> set[str]:
    deadline = time.monotonic() + PROXY_SAW_WITHIN_S
    while True:
        seen = _hops(spool)
        if wanted <= seen or time.monotonic() > deadline:
            return seen
        time.sleep(0.02)


def _hops(spool: Path) -> set[str]:
    if not spool.exists():
        return set()
    lines = spool.read_bytes().split(b"\n")[:-1]
    rows = (decode_row(line) for line in lines if line)
    return {row.trace_id for row in rows if isinstance(row, HopBegun)}
