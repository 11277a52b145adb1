"""The rows that processes append to their spools: the record everything else is computed from.

Every row is one JSON line, tagged by `kind`, numbered by `seq` from 0 within its spool. Times are
CLOCK_MONOTONIC nanoseconds (`*_ns`) of the host that the spool's first row names. An absent field
did not happen or could not be known.
"""

from typing import Any

import msgspec

from telemetry.outcome import Outcome


class Row(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="kind", gc=False):
    """What every row has."""

    seq: int = 0


class Opened(Row, tag="opened"):
    """The first row of every spool: who writes it, and one reading of both clocks."""

    host: str
    role: str
    pid: int
    monotonic_ns: int
    wall_ns: int


class ExchangePlanned(Row, tag="exchange"):
    """One user request, written before its first attempt is sent."""

    exchange: int
    trace_id: str
    replica: int
    planned_ns: int
    dispatched_ns: int
    prompt_tokens: int
    output_tokens: int
    stream: bool = True


class ExchangeEnded(Row, tag="exchange_end"):
    """How that request ended for the user; `believed_ok`: the client took it for a success."""

    exchange: int
    end_ns: int
    outcome: Outcome
    believed_ok: bool = False
    served_by: str = ""


class AttemptBegun(Row, tag="attempt_begin"):
    """One try at one endpoint, as the client sends it; `key` counts tries at this endpoint."""

    exchange: int
    attempt: int
    endpoint: str
    key: int
    span_id: str
    begin_ns: int


class AttemptEnded(Row, tag="attempt_end"):
    """How that try ended for the client."""

    exchange: int
    attempt: int
    end_ns: int
    outcome: Outcome
    connected_ns: int | None = None
    head_ns: int | None = None
    first_byte_ns: int | None = None
    first_token_ns: int | None = None
    last_token_ns: int | None = None
    largest_gap_ns: int | None = None
    status: int | None = None
    rpc_status: str | None = None
    tokens: int = 0
    missing_tokens: int = 0
    repeated_tokens: int = 0
    usage_prompt_tokens: int | None = None
    usage_output_tokens: int | None = None
    finish_reason: str | None = None
    retry_after_s: float | None = None
    model: str | None = None
    error: str | None = None


class HopBegun(Row, tag="hop_begin"):
    """One request that reached a proxy, complete to the end of its head.

    `joined_by` says how its exchange was found: `traceparent`, or `mark` (then `trace_id` follows
    from the mark, and there is no parent span). Where bodies are read, `body_hash` is the same for
    the same question, and `retry_count` is what the client says of itself; the row is then written
    once the body is read, with the time at which the head was complete.
    """

    hop: int
    endpoint: str
    connection: int
    begin_ns: int
    trace_id: str = ""
    parent_span_id: str = ""
    attempt_key: int | None = None
    joined_by: str = ""
    body_hash: str = ""
    retry_count: int | None = None
    stream: bool | None = None


class HopEnded(Row, tag="hop_end"):
    """How that request ended at the proxy, towards the client.

    `mode` is relay, script or blind; `ending` one of `complete`, `fin`, `reset`, `client_gone`,
    `upstream_unreachable`, `unparsed`, `shutdown`. `asked_upstream`: the request went to the
    provider. `rpc_status`: the gRPC status that the client was given, by its name. `tokens_up` are
    content tokens seen from the provider (script mode and, where the answer was read, usage); None
    when the proxy did not look.

    From `outcome` on: what the client was given, read as a client reads it, where the proxy was
    told to observe. `refused_by` names the limit of ours that answered instead of the provider.
    """

    hop: int
    end_ns: int
    mode: str
    ending: str
    asked_upstream: bool = False
    head_ns: int | None = None
    status: int | None = None
    rpc_status: str | None = None
    bytes_in: int = 0
    bytes_out: int = 0
    events_out: int = 0
    tokens_up: int | None = None
    error: str | None = None
    outcome: Outcome | None = None
    first_token_ns: int | None = None
    last_token_ns: int | None = None
    largest_gap_ns: int | None = None
    tokens: int | None = None
    missing_tokens: int = 0
    repeated_tokens: int = 0
    usage_prompt_tokens: int | None = None
    usage_output_tokens: int | None = None
    finish_reason: str | None = None
    retry_after_s: float | None = None
    model: str | None = None
    refused_by: str = ""


class FaultTouched(Row, tag="fault"):
    """One attestation: a fault changed what a client got. Written at once, not at the flush.

    `action` says what the client got instead: `answered`, `delayed`, `withheld`, `reset`,
    `truncated`, `refused`; or that the provider got its request again: `replayed`.
    `asked_upstream` is what the provider saw up to then. `key_source` tells what the decision was
    keyed by: `attempt` (our client's ordinal) or `content`.
    """

    fault: str
    hop: int
    endpoint: str
    action: str
    at_ns: int
    trace_id: str = ""
    parent_span_id: str = ""
    asked_upstream: bool = False
    key_source: str = "attempt"


class Event(Row, tag="event"):
    """Something that happened to the run, not to an exchange.

    Known names: `phase`, `window_start`, `window_end`, `plan`, `listener_closed`,
    `listener_opened`, `self_probe`, `breaker`, `generator`, `canary`, `killed`, `lost`,
    `fault_not_applicable`, `replayed`, `collected`, `collector_lost`, `restarted`, `run_end`.
    `facts` are JSON scalars by name; times among them end in `_ns` or `_s`.
    """

    name: str
    at_ns: int
    subject: str = ""
    facts: dict[str, str | int | float | bool | None] = {}


class SpanCollected(Row, tag="span"):
    """One span that somebody else sent while the run went on; in no spool of the record's.

    `at_ns` is when it came; its own times are nanoseconds since the epoch, by its sender's clock.
    `span_kind` is `INTERNAL`, `SERVER`, `CLIENT`, `PRODUCER`, `CONSUMER` or nothing, `status` is
    `OK`, `ERROR` or nothing. Attribute values are JSON's. Events and links are only counted.
    """

    trace_id: str
    span_id: str
    name: str
    start_unix_ns: int
    end_unix_ns: int
    at_ns: int = 0
    parent_span_id: str = ""
    trace_state: str = ""
    span_kind: str = ""
    status: str = ""
    status_message: str = ""
    attributes: dict[str, Any] = {}
    dropped_attributes: int = 0
    dropped_events: int = 0
    dropped_links: int = 0
    resource: dict[str, Any] = {}
    scope: str = ""
    scope_version: str = ""


class SpoolEnded(Row, tag="end"):
    """The last row of a spool that ended in order; `rows` counts all rows before it."""

    rows: int
    dropped: int = 0


AnyRow = (
    Opened
    | ExchangePlanned
    | ExchangeEnded
    | AttemptBegun
    | AttemptEnded
    | HopBegun
    | HopEnded
    | FaultTouched
    | Event
    | SpanCollected
    | SpoolEnded
)

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[AnyRow] = msgspec.json.Decoder(AnyRow)


def encode_row(row: Row) -> bytes:
    """Return the row as one JSON line with its newline."""
    return _ENCODER.encode(row) + b"\n"


def encode_rows(rows: list[Row]) -> bytes:
    """Return the rows as JSON lines, each with its newline."""
    return _ENCODER.encode_lines(rows)


def decode_row(line: bytes) -> AnyRow:
    """Read one line back; raises `msgspec.MsgspecError` (a ValueError) on anything else."""
    return _DECODER.decode(line)
