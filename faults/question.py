"""What a whole request asks: read once, before the provider is asked, where bodies are read.

Pure. Used behind a gateway (the run's mark), for a client of somebody's own (which request repeats
which) and under limits (what an attempt may cost).
"""

import hashlib
import zlib
from typing import NamedTuple

import msgspec

from faults.request import Request
from providers.dialect import Asked, Dialect, HttpRequest
from providers.http1 import MalformedRequestError, RequestReader
from providers.words import CHARACTERS_PER_PROMPT_TOKEN, prompt_tokens
from telemetry import identity
from telemetry.identity import Parent
from telemetry.not_json import NOT_JSON

_RETRY_COUNT = "x-stainless-retry-count"
_CODED = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""Content codings by zlib's window bits; 32 is added where the format finds itself."""

_FREE = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
"""Methods that ask for no answer of a model."""

MAX_BODY_BYTES = 16_777_216
"""How much a compressed body may grow to before it is read no further."""


class _Stream(msgspec.Struct, frozen=True):
    stream: bool | None = None


class Read(NamedTuple):
    """A request that was read whole.

    `body_hash`: 16 hex digits, the same for the same decoded body. `output_tokens` is None where
    the request names no maximum; of several answers asked for at once it is that of all together.
    `question` is False for what asks for no answer of a model that can be read here; `costs` is
    True for all that may cost something, read or not.
    """

    question: bool
    costs: bool
    stream: bool
    body_hash: str
    retry_count: int | None
    prompt_tokens: int
    output_tokens: int | None
    body: bytes


def read_whole(request: Request, body: bytes, dialect: Dialect) -> Read:
    """Read a request's head and its body as it came, framing and all."""
    whole = _message(request.head, body)
    decoded = _decoded(whole)
    plain = msgspec.structs.replace(whole, body=decoded)
    question = whole.method == "POST" and decoded.lstrip()[:1] == b"{"
    asked = dialect.asked(plain) if question else None
    known = asked.question if isinstance(asked, Asked) else None
    return Read(
        question=question,
        costs=whole.method not in _FREE,
        stream=known.stream if known else _asks_for_stream(plain),
        body_hash=hashlib.blake2b(decoded, digest_size=8).hexdigest(),
        retry_count=_retry_count(whole),
        prompt_tokens=(
            prompt_tokens(known.prompt) if known else len(decoded) // CHARACTERS_PER_PROMPT_TOKEN
        ),
        output_tokens=_output_limit(decoded),
        body=decoded,
    )


def plain_body(request: Request, body: bytes) -> bytes:
    """Return a body, as much as came, without its framing and coding."""
    return _decoded(_message(request.head, body))


def own_parent(request: Request, body: bytes, run_tag: str) -> tuple[Parent | None, str]:
    """Return whose request it is, and how that is known: by its trace context, or by the mark."""
    if request.parent is not None and request.parent.run_tag == run_tag:
        return request.parent, "traceparent"
    number = identity.find_mark(body, run_tag)
    if number is None:
        return request.parent, ""
    return Parent(identity.trace_id(run_tag, number), ""), "mark"


def _message(head: bytes, body: bytes) -> HttpRequest:
    """Free the message of its framing; one that is cut short keeps what came."""
    try:
        read = RequestReader().feed(head + body)
    except MalformedRequestError:
        read = []
    if read:
        return read[0].request
    method, _, rest = head.partition(b" ")
    target = rest.partition(b" ")[0].decode("latin-1")
    return HttpRequest(method=method.decode("latin-1"), target=target, headers=(), body=body)


def _decoded(request: HttpRequest) -> bytes:
    coding = _header(request, "content-encoding").strip().lower()
    if coding not in _CODED:
        return request.body
    try:
        return zlib.decompressobj(_CODED[coding]).decompress(request.body, MAX_BODY_BYTES)
    except zlib.error:
        return request.body


def _retry_count(request: HttpRequest) -> int | None:
    value = _header(request, _RETRY_COUNT)
    return int(value) if value.isdecimal() else None


def _header(request: HttpRequest, name: str) -> str:
    return next((value for key, value in request.headers if key.lower() == name), "")


def _asks_for_stream(request: HttpRequest) -> bool:
    if ":streamGenerateContent" in request.target:
        return True
    try:
        return bool(msgspec.json.decode(request.body, type=_Stream).stream)
    except NOT_JSON:
        return False


class _Limits(msgspec.Struct, frozen=True):
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    max_output_tokens: int | None = None
    n: int | None = None
    generationConfig: "_Generation | None" = None  # noqa: N815 - the provider's own name


class _Generation(msgspec.Struct, frozen=True):
    maxOutputTokens: int | None = None  # noqa: N815 - the provider's own name
    candidateCount: int | None = None  # noqa: N815 - as above


def _output_limit(body: bytes) -> int | None:
    try:
        said = msgspec.json.decode(body, type=_Limits)
    except NOT_JSON:
        return None
    generation = said.generationConfig or _Generation()
    named = (
        said.max_completion_tokens,
        said.max_tokens,
        said.max_output_tokens,
        generation.maxOutputTokens,
    )
    limit = next((limit for limit in named if limit is not None), None)
    return None if limit is None else limit * max(1, said.n or generation.candidateCount or 1)
