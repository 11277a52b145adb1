"""Every span, attribute and metric name that leaves this project, in one place.

GenAI names follow the OpenTelemetry GenAI semantic conventions as last released, v1.41; HTTP,
error and service names follow the stable conventions (v1.44). No convention exists for faults and
failover: those names are ours, under `crosswind.`. Durations among ours are whole milliseconds,
since some trace stores compute quantiles over integer attributes only; those of metrics are
seconds. Every point of a metric carries the run's id beside the attributes that stand here.
"""

from typing import Final

import msgspec

GENAI_CONVENTIONS: Final = "1.41.0"
SCHEMA_URL: Final = f"https://opentelemetry.io/schemas/{GENAI_CONVENTIONS}"
SCOPE: Final = "crosswind"


class Name(msgspec.Struct, frozen=True):
    """A name as it is documented: what it names, its value's type, where it stands, what it says.

    `on` names the spans that carry it (`exchange`, `attempt`, `hop`, `stand-in`, `run`, `phase`,
    `window`), `resource` or `metric`. A metric's `type` is its instrument (`counter`, `gauge`,
    `histogram`); `unit` (UCUM) and `attributes` are for metrics alone.
    """

    name: str
    kind: str
    type: str
    on: str
    doc: str
    unit: str = ""
    attributes: tuple[str, ...] = ()


TABLE: list[Name] = []
"""Every name below, in order."""


def _attribute(name: str, type_: str, on: str, doc: str) -> str:
    TABLE.append(Name(name, "attribute", type_, on, doc))
    return name


def _span(name: str, kind: str, on: str, doc: str) -> str:
    TABLE.append(Name(name, "span", kind, on, doc))
    return name


def _metric(name: str, instrument: str, unit: str, attributes: tuple[str, ...], doc: str) -> str:
    TABLE.append(Name(name, "metric", instrument, "metric", doc, unit, attributes))
    return name


EXCHANGE_SPAN = _span(
    "chat {model}", "CLIENT", "exchange", "one user request with all that was done to answer it"
)
ATTEMPT_SPAN = _span(
    "attempt {endpoint}", "CLIENT", "attempt", "one try at one endpoint, or the one at a gateway"
)
HOP_SPAN = _span("proxy {endpoint}", "SERVER", "hop", "that try as our proxy saw it")
STAND_IN_SPAN = _span(
    "stand-in {endpoint}", "SERVER", "stand-in", "that try as a stand-in saw it, by its own log"
)
RUN_SPAN = _span("crosswind run", "INTERNAL", "run", "the run; a trace of its own")
PHASE_SPAN = _span("phase {phase}", "INTERNAL", "phase", "a phase of the run, below it")
WINDOW_SPAN = _span(
    "fault {window}",
    "INTERNAL",
    "window",
    "a fault window, below the run; the exchanges that it touched link to it",
)

OPERATION_NAME = _attribute("gen_ai.operation.name", "string", "exchange, attempt", "always `chat`")
PROVIDER_NAME = _attribute(
    "gen_ai.provider.name",
    "string",
    "exchange, attempt",
    "the provider; of an exchange: the one that served it, else the first that was asked",
)
REQUEST_MODEL = _attribute(
    "gen_ai.request.model", "string", "exchange, attempt", "the model or deployment asked for"
)
REQUEST_STREAM = _attribute(
    "gen_ai.request.stream", "boolean", "exchange", "true where a stream was asked for, else absent"
)
RESPONSE_MODEL = _attribute(
    "gen_ai.response.model", "string", "exchange, attempt", "the model that the answer names"
)
FINISH_REASONS = _attribute(
    "gen_ai.response.finish_reasons", "string[]", "exchange", "why the served answer ended"
)
TIME_TO_FIRST_CHUNK = _attribute(
    "gen_ai.response.time_to_first_chunk",
    "double",
    "exchange",
    "seconds from dispatch to the first byte of the served answer, where it was streamed",
)
INPUT_TOKENS = _attribute(
    "gen_ai.usage.input_tokens", "int", "exchange", "as the served answer's usage says"
)
OUTPUT_TOKENS = _attribute(
    "gen_ai.usage.output_tokens", "int", "exchange", "as the served answer's usage says"
)

ERROR_TYPE = _attribute(
    "error.type",
    "string",
    "exchange, attempt, hop, stand-in",
    "how it ended, absent where it ended well",
)
HTTP_METHOD = _attribute("http.request.method", "string", "attempt, hop, stand-in", "always `POST`")
HTTP_STATUS = _attribute(
    "http.response.status_code",
    "int",
    "attempt, hop, stand-in",
    "the status that the client got",
)
RPC_SYSTEM = _attribute(
    "rpc.system.name", "string", "attempt, hop", "`grpc` where a gRPC status came"
)
RPC_STATUS = _attribute(
    "rpc.response.status_code",
    "string",
    "attempt, hop",
    "the gRPC status that ended the call, by its name; absent where it ended without one",
)
RESEND_COUNT = _attribute(
    "http.request.resend_count", "int", "attempt", "1 on the second attempt, and so on"
)

SERVICE_NAME = _attribute(
    "service.name", "string", "resource", "`crosswind`; `OTEL_SERVICE_NAME` overrides it"
)
HOST_NAME = _attribute("host.name", "string", "resource", "the host whose clock the record keeps")
RUN_ID = _attribute("crosswind.run.id", "string", "resource, metric", "the run folder's name")
RUN_TAG = _attribute("crosswind.run.tag", "string", "resource", "the first 8 digits of trace ids")

EXCHANGE_NUMBER = _attribute("crosswind.exchange.number", "int", "exchange", "counts from 0")
EXCHANGE_REPLICA = _attribute(
    "crosswind.exchange.replica", "int", "exchange", "the failover client that it belonged to"
)
EXCHANGE_PLANNED = _attribute(
    "crosswind.exchange.planned_unix_nano",
    "int",
    "exchange",
    "the planned start, which latency counts from; the span starts with the dispatch",
)
EXCHANGE_LATENESS = _attribute(
    "crosswind.exchange.lateness_ms", "int", "exchange", "dispatch minus plan: the generator's own"
)
EXCHANGE_OUTCOME = _attribute(
    "crosswind.exchange.outcome", "string", "exchange", "how it ended for the user"
)
EXCHANGE_BELIEVED_OK = _attribute(
    "crosswind.exchange.believed_ok", "boolean", "exchange", "the client took it for a success"
)
EXCHANGE_SERVED_BY = _attribute(
    "crosswind.exchange.served_by", "string", "exchange", "the endpoint that answered"
)
EXCHANGE_ATTEMPTS = _attribute(
    "crosswind.exchange.attempts", "int", "exchange", "tries on all endpoints"
)
EXCHANGE_FAILED_OVER = _attribute(
    "crosswind.exchange.failed_over",
    "boolean",
    "exchange",
    "another endpoint answered than the one asked first",
)
EXCHANGE_TIME_TO_FIRST_TOKEN = _attribute(
    "crosswind.exchange.time_to_first_token_ms",
    "int",
    "exchange",
    "first content token minus planned start, where it succeeded",
)
EXCHANGE_FAILOVER_DELAY = _attribute(
    "crosswind.exchange.failover_delay_ms",
    "int",
    "exchange",
    "first content token minus the start of the first touched attempt, where it succeeded",
)

ENDPOINT = _attribute(
    "crosswind.endpoint", "string", "attempt, hop, stand-in", "the endpoint's name"
)
CLOUD_REGION = _attribute(
    "cloud.region", "string", "attempt, hop, stand-in", "the endpoint's region, where it is known"
)
ATTEMPT_ORDINAL = _attribute(
    "crosswind.attempt.ordinal", "int", "attempt", "the attempt's number within its exchange"
)
ATTEMPT_OUTCOME = _attribute(
    "crosswind.attempt.outcome", "string", "attempt", "how it ended for the client"
)
ATTEMPT_TIME_TO_FIRST_TOKEN = _attribute(
    "crosswind.attempt.time_to_first_token_ms",
    "int",
    "attempt",
    "first content token minus the attempt's start",
)
ATTEMPT_TOKENS = _attribute(
    "crosswind.attempt.tokens", "int", "attempt", "content tokens that reached the client"
)
ATTEMPT_INPUT_TOKENS = _attribute(
    "crosswind.attempt.usage_input_tokens",
    "int",
    "attempt",
    "as its usage says; not `gen_ai.usage`, which would count the exchange twice",
)
ATTEMPT_OUTPUT_TOKENS = _attribute(
    "crosswind.attempt.usage_output_tokens", "int", "attempt", "as its usage says"
)

HOP_PROXY = _attribute("crosswind.hop.proxy", "string", "hop", "the proxy's spool")
HOP_MODE = _attribute("crosswind.hop.mode", "string", "hop", "`relay`, `script` or `blind`")
HOP_ENDING = _attribute("crosswind.hop.ending", "string", "hop", "how it ended towards the client")
HOP_ASKED_UPSTREAM = _attribute(
    "crosswind.hop.asked_upstream", "boolean", "hop", "the request went on to the provider"
)
HOP_BYTES_IN = _attribute("crosswind.hop.bytes_in", "int", "hop", "bytes from the client")
HOP_BYTES_OUT = _attribute("crosswind.hop.bytes_out", "int", "hop", "bytes to the client")
HOP_EVENTS_OUT = _attribute("crosswind.hop.events_out", "int", "hop", "events of the answer")
HOP_TOKENS_UP = _attribute(
    "crosswind.hop.tokens_up", "int", "hop", "content tokens that the provider sent"
)

FAULT_ID = _attribute(
    "crosswind.fault.id",
    "string",
    "attempt, hop",
    "the fault that first changed what the client got",
)
FAULT_KIND = _attribute("crosswind.fault.kind", "string", "attempt, hop, window", "what it injects")
FAULT_PARAMETERS = _attribute(
    "crosswind.fault.parameters", "string", "attempt, hop, window", "its parameters, as JSON"
)
FAULT_ACTION = _attribute(
    "crosswind.fault.action",
    "string",
    "attempt, hop",
    "`answered`, `delayed`, `withheld`, `reset`, `truncated`, `replayed` or `refused`",
)
FAULT_IDS = _attribute(
    "crosswind.fault.ids",
    "string[]",
    "attempt, hop, window",
    "all of them, where there was more than one; of a window: its faults",
)
EXCHANGE_TOUCHED = _attribute(
    "crosswind.exchange.touched", "boolean", "exchange", "a fault changed one of its attempts"
)

RUN_TITLE = _attribute("crosswind.run.title", "string", "run", "the experiment's title")
RUN_SAMPLE = _attribute(
    "crosswind.run.sample_share",
    "double",
    "run",
    "the share of unremarkable exchanges that was exported: 1 is all; those that failed, failed "
    "over or were touched by a fault always are",
)
PHASE = _attribute(
    "crosswind.phase",
    "string",
    "phase, exchange, metric",
    "the phase; of an exchange: when it was planned; of a metric: as the verdict counts it",
)
WINDOW = _attribute("crosswind.window.name", "string", "window", "its group, numbered if not alone")
WINDOW_ENDPOINTS = _attribute(
    "crosswind.window.endpoints", "string[]", "window", "where its faults were"
)
WINDOW_SHARE = _attribute(
    "crosswind.window.share", "double", "window", "the largest share that a fault of it was set to"
)
WINDOW_EXCHANGES = _attribute(
    "crosswind.window.touched_exchanges", "int", "window", "exchanges that its faults touched"
)
WINDOW_ATTEMPTS = _attribute(
    "crosswind.window.touched_attempts", "int", "window", "attempts that its faults touched"
)
STAND_IN_ENDED = _attribute(
    "crosswind.stand_in.ended", "string", "stand-in", "how it ended, in the stand-in's words"
)
STAND_IN_TOKENS = _attribute(
    "crosswind.stand_in.tokens", "int", "stand-in", "tokens that it generated, delivered or not"
)

TOKEN_TYPE = _attribute("gen_ai.token.type", "string", "metric", "`input` or `output`")
RESEND = _attribute("crosswind.attempt.resend", "boolean", "metric", "not an exchange's first")
FAILOVER_FROM = _attribute("crosswind.failover.from", "string", "metric", "the endpoint left")
FAILOVER_TO = _attribute("crosswind.failover.to", "string", "metric", "the endpoint asked next")
BREAKER_STATE = _attribute(
    "crosswind.breaker.state", "string", "metric, log", "`closed`, `open` or `half_open`"
)
WORKER = _attribute("crosswind.worker", "string", "metric", "the load generator's spool")
EXPERIMENT = _attribute("crosswind.experiment", "string", "metric", "the experiment's name")
VERDICT = _attribute(
    "crosswind.verdict", "string", "metric, log", "of the run: `PASS`, `FAIL`, ...; of a gate"
)
GATE = _attribute("crosswind.gate", "string", "metric, log", "the gate, as the experiment has it")
RULING = _attribute("crosswind.gate.ruling", "string", "metric", "`pass`, `fail` or `unknown`")
FIGURE = _attribute("crosswind.figure.metric", "string", "metric", "a name of docs/metrics.md")
FIGURE_SCOPE = _attribute("crosswind.figure.scope", "string", "metric", "a phase or a window")

_ASKED = (OPERATION_NAME, PROVIDER_NAME, REQUEST_MODEL, RESPONSE_MODEL)
_FAULT = (FAULT_ID, FAULT_KIND, ENDPOINT)
_FAILOVER = (FAILOVER_FROM, FAILOVER_TO)
_ENDED = (EXCHANGE_OUTCOME, EXCHANGE_SERVED_BY, PHASE, EXCHANGE_FAILED_OVER, EXCHANGE_TOUCHED)
_TRIED = (ENDPOINT, PROVIDER_NAME, ATTEMPT_OUTCOME, RESEND, FAULT_ID)
_SERVED = (EXCHANGE_SERVED_BY,)

GENAI_DURATION = _metric(
    "gen_ai.client.operation.duration", "histogram", "s", (*_ASKED, ERROR_TYPE), "from dispatch"
)
GENAI_FIRST_CHUNK = _metric(
    "gen_ai.client.operation.time_to_first_chunk", "histogram", "s", _ASKED, "streamed; successes"
)
GENAI_PER_CHUNK = _metric(
    "gen_ai.client.operation.time_per_output_chunk", "histogram", "s", _ASKED, "an answer's mean"
)
GENAI_TOKENS = _metric(
    "gen_ai.client.token.usage", "histogram", "{token}", (*_ASKED, TOKEN_TYPE), "by answers' usage"
)
GENAI_LATEST: Final = {
    GENAI_DURATION: "gen_ai.client.inference.duration",
    GENAI_FIRST_CHUNK: "gen_ai.client.inference.time_to_first_chunk",
    GENAI_PER_CHUNK: "gen_ai.client.inference.time_per_output_chunk",
    GENAI_TOKENS: "gen_ai.client.inference.operation.{type}_tokens",
}
"""Their names in the conventions' unreleased text, for those who ask for the newest."""
GENAI_LATEST_USAGE: Final = "gen_ai.client.inference.usage.{type}_tokens"
"""The counters that they have beside the histograms of tokens."""

EXCHANGES = _metric("crosswind.exchanges", "counter", "{exchange}", _ENDED, "that ended")
EXCHANGE_WAIT = _metric(
    "crosswind.exchange.time_to_first_token", "histogram", "s", _SERVED, "from plan; successes"
)
EXCHANGE_TOTAL = _metric(
    "crosswind.exchange.duration", "histogram", "s", _SERVED, "from plan to end; successes"
)
ATTEMPTS = _metric("crosswind.attempts", "counter", "{attempt}", _TRIED, "that ended")
ENDPOINT_TOKENS = _metric(
    "crosswind.endpoint.tokens", "counter", "{token}", (ENDPOINT, TOKEN_TYPE), "by attempts' usage"
)
FAILOVERS = _metric(
    "crosswind.failovers", "counter", "{failover}", _FAILOVER, "next attempt, another endpoint"
)
FAILOVER_DELAY = _metric(
    "crosswind.failover.delay", "histogram", "s", _SERVED, "first touched attempt to first token"
)
BREAKERS = _metric(
    "crosswind.breaker.replicas", "gauge", "{replica}", (ENDPOINT, BREAKER_STATE), "by state now"
)
FAULT_ACTIVE = _metric("crosswind.fault.active", "gauge", "1", _FAULT, "1 in its windows, else 0")
FAULT_TOUCHED = _metric(
    "crosswind.fault.touched", "counter", "{attempt}", (*_FAULT, FAULT_ACTION), "attempts changed"
)
PHASE_ACTIVE = _metric("crosswind.phase.active", "gauge", "1", (PHASE,), "1 in it, else 0")
LOAD_PLANNED = _metric(
    "crosswind.generator.planned", "gauge", "{exchange}", (), "of the whole run, as planned"
)
LOAD_DUE = _metric("crosswind.generator.due", "counter", "{exchange}", (), "whose turn came")
LOAD_SENT = _metric("crosswind.generator.sent", "counter", "{exchange}", (), "due and not shed")
LOAD_LATENESS = _metric("crosswind.generator.lateness", "histogram", "s", (), "dispatch minus plan")
LOAD_IN_FLIGHT = _metric("crosswind.generator.in_flight", "gauge", "{exchange}", (), "not ended")
LOAD_HUB_LAG = _metric("crosswind.generator.hub_lag", "gauge", "s", (WORKER,), "largest, lately")
LOAD_CPU = _metric("crosswind.generator.cpu", "gauge", "1", (WORKER,), "share of one core")
QUOTA_REQUESTS = _metric(
    "crosswind.endpoint.quota.requests", "gauge", "{request}/min", (ENDPOINT,), "where known"
)
QUOTA_TOKENS = _metric(
    "crosswind.endpoint.quota.tokens", "gauge", "{token}/min", (ENDPOINT,), "where known"
)
ROWS_LOST = _metric("crosswind.rows.lost", "counter", "{row}", (), "missing in the spools")
RUN_INFO = _metric("crosswind.run.info", "gauge", "1", (EXPERIMENT, RUN_TITLE, RUN_TAG), "1")
RUN_EXIT_CODE = _metric(
    "crosswind.run.exit_code", "gauge", "1", (VERDICT,), "0 PASS, 3 FAIL, ...; once it is over"
)
GATE_RULING = _metric("crosswind.gate.rulings", "gauge", "1", (GATE, RULING), "1; once it is over")
FIGURES = _metric(
    "crosswind.figure", "gauge", "1", (FIGURE, FIGURE_SCOPE), "in its own unit; once it is over"
)
