"""What spans say of exchanges, attempts, hops and what stand-ins logged: their attributes. Pure."""

import msgspec

from telemetry import names
from telemetry.clock import seconds
from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.span_fact import Value

NS_PER_MS = 1_000_000

_SERVER_ERRORS = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)

Attributes = dict[str, Value | None]
"""By their names; what is None is not told."""


class Served(msgspec.Struct, frozen=True):
    """What an endpoint is to the conventions: `gen_ai.provider.name`, its model and region."""

    provider: str
    model: str
    region: str = ""


UNKNOWN = Served(provider="", model="")


class ProviderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a stand-in's log has it; CLOCK_MONOTONIC ns, `status` None before an answer."""

    at_ns: int
    end_ns: int
    status: int | None
    tokens: int
    ended: str


def model(served: Served) -> Attributes:
    """Return what the conventions call its provider and its model."""
    return {
        names.OPERATION_NAME: "chat",
        names.PROVIDER_NAME: served.provider or None,
        names.REQUEST_MODEL: served.model or None,
    }


def answer(exchange: Exchange) -> Attributes:
    """Return what the served answer says; nothing where there was none."""
    serving = exchange.serving
    if serving is None or not exchange.succeeded:
        return {}
    return _timing(exchange, serving) | {
        names.RESPONSE_MODEL: serving.model,
        names.FINISH_REASONS: [serving.finish_reason] if serving.finish_reason else None,
        names.INPUT_TOKENS: serving.usage_prompt_tokens,
        names.OUTPUT_TOKENS: serving.usage_output_tokens,
    }


def cut(exchange: Exchange) -> Attributes:
    """Return the finish reason of a stream that began to answer and never got to its end."""
    began = any(attempt.first_token_ns is not None for attempt in exchange.attempts)
    cut = exchange.stream and began and not exchange.succeeded
    return {names.FINISH_REASONS: ["error"]} if cut else {}


def _timing(exchange: Exchange, serving: Attempt) -> Attributes:
    token_ns, byte_ns = serving.first_token_ns, serving.first_byte_ns
    hit = exchange.first_touched
    first_byte_s = None if byte_ns is None else seconds(byte_ns - exchange.dispatched_ns)
    return {
        names.TIME_TO_FIRST_CHUNK: first_byte_s if exchange.stream else None,
        names.EXCHANGE_TIME_TO_FIRST_TOKEN: ms(token_ns, exchange.planned_ns),
        names.EXCHANGE_FAILOVER_DELAY: ms(token_ns, hit.begin_ns) if hit else None,
    }


def attempt_facts(attempt: Attempt) -> Attributes:
    """Return what is known of an attempt."""
    return {
        names.HTTP_METHOD: "POST",
        names.HTTP_STATUS: attempt.status,
        names.RPC_SYSTEM: "grpc" if attempt.rpc_status else None,
        names.RPC_STATUS: attempt.rpc_status,
        names.ERROR_TYPE: None if attempt.outcome.succeeded else attempt.outcome.value,
        names.RESPONSE_MODEL: attempt.model,
        names.ATTEMPT_ORDINAL: attempt.ordinal,
        names.ATTEMPT_OUTCOME: attempt.outcome.value,
        names.ATTEMPT_TIME_TO_FIRST_TOKEN: ms(attempt.first_token_ns, attempt.begin_ns),
        names.ATTEMPT_TOKENS: attempt.tokens,
        names.ATTEMPT_INPUT_TOKENS: attempt.usage_prompt_tokens,
        names.ATTEMPT_OUTPUT_TOKENS: attempt.usage_output_tokens,
    }


def hop_facts(hop: Hop) -> Attributes:
    """Return what the proxy saw of an attempt."""
    return {
        names.HTTP_METHOD: "POST",
        names.HTTP_STATUS: hop.status,
        names.RPC_SYSTEM: "grpc" if hop.rpc_status else None,
        names.RPC_STATUS: hop.rpc_status,
        names.HOP_PROXY: hop.proxy,
        names.HOP_MODE: hop.mode or None,
        names.HOP_ENDING: hop.ending or None,
        names.HOP_ASKED_UPSTREAM: hop.asked_upstream,
        names.HOP_BYTES_IN: hop.bytes_in,
        names.HOP_BYTES_OUT: hop.bytes_out,
        names.HOP_EVENTS_OUT: hop.events_out,
        names.HOP_TOKENS_UP: hop.tokens_up,
    }


def hop_error(hop: Hop) -> str:
    """Return what a SERVER span calls an error: a 5xx, or an answer that did not end in order.

    Which gRPC statuses are errors of a server: as the conventions for gRPC spans say.
    """
    if hop.rpc_status in _SERVER_ERRORS:
        return str(hop.rpc_status)
    if hop.status is not None and hop.status >= 500:
        return str(hop.status)
    return "" if hop.ending == "complete" else hop.ending or "unfinished"


def logged(logged: ProviderRequest) -> Attributes:
    """Return what a stand-in logged of a request."""
    return {
        names.HTTP_METHOD: "POST",
        names.HTTP_STATUS: logged.status,
        names.STAND_IN_ENDED: logged.ended,
        names.STAND_IN_TOKENS: logged.tokens,
    }


def ms(end_ns: int | None, start_ns: int) -> int | None:
    """Return the time between two moments in whole ms; None without an end."""
    return None if end_ns is None else round((end_ns - start_ns) / NS_PER_MS)
