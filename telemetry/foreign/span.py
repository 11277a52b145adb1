"""A span of somebody else's, cut down to what is read of it; pure.

Ids are hex digits: 32 for a trace, 16 for a span, padded where a store cut leading zeros off, and
made from base64 where protobuf's own JSON mapping wrote them. Times are ns since the epoch, by the
clock of the host that made the span. Of the attributes only those in `KEPT` and Crosswind's own are
kept: what was asked and answered never enters an analysis.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from telemetry.names import CLOUD_REGION, ERROR_TYPE, HTTP_STATUS, RESEND_COUNT, SERVICE_NAME

Attributes = dict[str, Any]

KEPT = frozenset(
    {
        CLOUD_REGION,
        ERROR_TYPE,
        HTTP_STATUS,
        RESEND_COUNT,
        SERVICE_NAME,
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.system",
        "gen_ai.request.model",
        "gen_ai.request.stream",
        "gen_ai.response.model",
        "gen_ai.response.finish_reasons",
        "gen_ai.response.time_to_first_chunk",
        "gen_ai.server.time_to_first_token",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.completion_tokens",
        "http.method",
        "http.request.method",
        "http.status_code",
        "rpc.status_code",
        "server.address",
        "server.port",
        "net.peer.name",
        "net.peer.port",
    }
)
OWN = "crosswind."
_TRACE_DIGITS, _SPAN_DIGITS = 32, 16
_DIGITS = frozenset("0123456789abcdef")


class UnfitSpanError(Exception):
    """Something that is no span; the message says why, the same for all of its kind."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One span; `kind` is `CLIENT`, `SERVER`, ..., `status` is `OK`, `ERROR` or nothing.

    `events` are (name, ns since the epoch), without their attributes.
    """

    trace_id: str
    span_id: str
    start_ns: int
    end_ns: int
    parent_span_id: str = ""
    name: str = ""
    kind: str = ""
    status: str = ""
    attributes: Attributes = {}
    resource: Attributes = {}
    events: tuple[tuple[str, int], ...] = ()


class Spans(msgspec.Struct, kw_only=True):
    """What a source gave: its spans, how many were none and why, and what was cut off.

    `cuts` are sentences: an answer of which a limit cut something off is not the whole story.
    """

    source: str
    spans: list[Span] = []
    unfit: Counter[str] = msgspec.field(default_factory=Counter)
    cuts: list[str] = []


def kept(attributes: Mapping[str, Any]) -> Attributes:
    """Return the attributes that an analysis reads."""
    return {k: v for k, v in attributes.items() if k in KEPT or k.startswith(OWN)}


def made(  # noqa: PLR0913 - a span has many parts, each by name
    *,
    trace_id: object,
    span_id: object,
    parent_span_id: object = "",
    start_ns: object,
    end_ns: object,
    name: object = "",
    kind: object = "",
    status: object = "",
    attributes: Mapping[str, Any],
    resource: Attributes,
    events: Iterable[tuple[str, int]] = (),
) -> Span:
    """Return the span; raises UnfitSpanError for what cannot be one."""
    begun, ended = whole(start_ns, "a start"), whole(end_ns, "an end")
    if not 0 < begun <= ended:
        raise UnfitSpanError("a span without a start, or that ends before it")
    return Span(
        trace_id=identifier(trace_id, _TRACE_DIGITS),
        span_id=identifier(span_id, _SPAN_DIGITS),
        parent_span_id=identifier(parent_span_id, _SPAN_DIGITS) if _some(parent_span_id) else "",
        start_ns=begun,
        end_ns=ended,
        name=str(name),
        kind=str(kind),
        status=str(status),
        attributes=kept(attributes),
        resource=resource,
        events=tuple(events),
    )


def identifier(value: object, digits: int) -> str:
    """Return an id as hex digits; raises UnfitSpanError."""
    text = value if isinstance(value, str) else ""
    found = text.lower() if _DIGITS.issuperset(text.lower()) else _decoded(text).hex()
    found = found.rjust(digits, "0")
    if len(found) != digits or not found.strip("0"):
        raise UnfitSpanError(f"an id that is not {digits // 2} bytes, or all zero")
    return found


def whole(value: object, what: str = "a number") -> int:
    """Return an integer that may stand there as digits; raises UnfitSpanError."""
    try:
        return int(value) if isinstance(value, int | str) else int(str(value))
    except ValueError as error:
        raise UnfitSpanError(f"{what} that is no whole number") from error


def _some(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip("0"))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnfitSpanError("an id that is neither hex digits nor base64") from error
