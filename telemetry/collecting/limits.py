"""How much a collector takes at once, and of one span."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bounds of a collector; whatever is beyond one is refused or dropped, and counted.

    `body_bytes` holds for a request as it comes and as it is unpacked (4 MiB is also gRPC's own).
    It has at most so many `messages`: spans and what they are grouped in, or objects and lists of
    JSON. A span of more than `span_bytes` is refused alone. Of its attributes the first
    `attributes` are kept, texts up to `text_chars`, lists and maps up to `items`, `depth` levels
    deep. Spans come at `spans_per_s` in the long run, `burst_spans` at once, `spans_per_run` in
    all, over so many `connections` (of HTTP), each request within `request_s` (of HTTP; as long as
    a sender waits unless told otherwise).
    """

    body_bytes: int = 4 * 1024 * 1024
    span_bytes: int = 256 * 1024
    messages: int = 100_000
    spans_per_request: int = 10_000
    spans_per_s: float = 2000.0
    burst_spans: int = 20_000
    spans_per_run: int = 2_000_000
    attributes: int = 128
    text_chars: int = 16_384
    items: int = 128
    depth: int = 8
    connections: int = 32
    request_s: float = 10.0


USUAL = Limits()
