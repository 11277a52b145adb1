"""Before the load: each endpoint must answer, and the way to it lead through its proxy."""

import http.client
import os
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from loadgen.config import Target
from loadgen.endpoint import credential_of
from providers.access_token import CredentialError
from providers.catalog import make_dialect
from providers.dialect import Dialect, HttpRequest, MalformedAnswerError, Question
from telemetry import identity
from telemetry.rows import HopBegun, decode_row

FIRST_CANARY = identity.CANARY_FIRST_NUMBER
GATEWAY_CANARY = 0xFFFF_FFFF
CANARY_TIMEOUT_S = 10.0
PROXY_SAW_WITHIN_S = 2.0


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """One cheap marked request at one endpoint and what came of it; `reason` is empty when well."""

    endpoint: str
    trace_id: str
    status: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """True when the endpoint answered and its proxy saw the request."""
        return not self.reason


def send_canaries(
    run_tag: str,
    targets: tuple[Target, ...],
    spool: Path,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Canary, ...]:
    """Ask every endpoint once at its proxy; `spool` is the injector's, where hops must appear."""
    canaries = [
        _ask(target, run_tag, _number(target, at), environment) for at, target in enumerate(targets)
    ]
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


def _ask(target: Target, run_tag: str, number: int, environment: Mapping[str, str]) -> Canary:
    dialect, trace = make_dialect(target.dialect), identity.trace_id(run_tag, number)
    url = urlsplit(target.base_url)
    try:
        credential = credential_of(target, environment).current()
    except CredentialError as error:
        return Canary(endpoint=target.endpoint, trace_id=trace, reason=str(error))
    prompt = f"Say hello. {identity.mark(run_tag, number)}" if target.marked else "Say hello."
    question = Question(prompt=prompt, max_output_tokens=4, stream=False)
    request = dialect.request(question, url.path, credential)
    span = identity.attempt_span_id(trace, 0)
    try:
        status, headers, body = _exchange(url.netloc, request, identity.traceparent(trace, span))
    except (OSError, http.client.HTTPException) as error:
        reason = f"no answer: {error or type(error).__name__}"
        return Canary(endpoint=target.endpoint, trace_id=trace, reason=reason)
    return Canary(
        endpoint=target.endpoint,
        trace_id=trace,
        status=status,
        reason=_fault_of(dialect, status, headers, body),
    )


def _exchange(
    address: str, request: HttpRequest, traceparent: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(address, timeout=CANARY_TIMEOUT_S)
    try:
        headers = {**dict(request.headers), "traceparent": traceparent}
        connection.request(request.method, request.target, request.body, headers)
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, names, answer.read()
    finally:
        connection.close()


def _fault_of(dialect: Dialect, status: int, headers: dict[str, str], body: bytes) -> str:
    if status != http.HTTPStatus.OK:
        error = dialect.read_error(status, headers, body)
        return f"it answered {status}: {error.message}"
    try:
        said = dialect.read_body(body)
    except MalformedAnswerError as error:
        return f"its answer is not {dialect.name}: {error}"
    return "" if said.finish_reason else "its answer has no finish reason"


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
