"""From a record to spans: per exchange one logical span, below it its attempts, below them hops.

Behind a gateway there is one more, the client's request to it: the gateway's own spans lie between
that and the attempts, each of which is below the span that its request named to the proxy.

Pure: ids follow from the record, times go through the host's clock pair, so exporting twice gives
the same spans. What is in flight has no end; its span ends with the last thing known of it.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from telemetry import names, span_attributes
from telemetry.exchange import Attempt, Exchange, Hop, Touch
from telemetry.identity import span_id
from telemetry.record import Record
from telemetry.run_spans import Injected, RunSpans
from telemetry.span_attributes import UNKNOWN, ProviderRequest, Served, ms
from telemetry.span_fact import SpanFact, Value, present

NOT_KNOWN = Injected("")


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What a record does not say of itself.

    `endpoints` tells provider and model by endpoint, `injected` what a fault does by its id,
    `title` the experiment's, `requests` what stand-ins logged, by the trace and span that asked.
    `sample` is the share of unremarkable exchanges whose spans are made. `latest_names`: speak as
    the GenAI conventions' unreleased text does, by which a cut stream's finish reason is `error`.
    """

    endpoints: Mapping[str, Served] = {}
    injected: Mapping[str, Injected] = {}
    title: str = ""
    requests: Mapping[tuple[str, str], ProviderRequest] = {}
    sample: float = 1.0
    latest_names: bool = False


class SpanMaker:
    """Makes the spans of one record."""

    def __init__(self, record: Record, described: Described) -> None:
        """Take a record and what it does not say of itself."""
        self._record = record
        self._described = described
        self._run = RunSpans(record, described.title, described.injected, sample=described.sample)

    def spans(self) -> Iterator[SpanFact]:
        """Yield every span: the run's own, then each exchange's before those below it."""
        yield from self._run.spans()
        for exchange in self._record.exchanges:
            yield from self.of_exchange(exchange)

    def of_run(self) -> Iterator[SpanFact]:
        """Yield the spans of the run's own trace."""
        return self._run.spans()

    def of_exchange(self, exchange: Exchange) -> Iterator[SpanFact]:
        """Yield the spans of one exchange's trace."""
        root = span_id(exchange.trace_id, "exchange")
        yield self._exchange_span(exchange, root)
        above = root
        if exchange.front is not None:
            yield self._attempt_span(exchange, exchange.front, 0, root)
            above = exchange.front.span_id
        for index, attempt in enumerate(exchange.attempts):
            yield self._attempt_span(exchange, attempt, index, attempt.parent_span_id or above)
            if attempt.hop is not None:
                yield self._hop_span(exchange, attempt, attempt.hop)
            yield from self._provider_span(exchange, attempt)

    def _exchange_span(self, exchange: Exchange, root: str) -> SpanFact:
        served = self._served(_telling_endpoint(exchange))
        return SpanFact(
            trace_id=exchange.trace_id,
            span_id=root,
            parent_span_id="",
            name=names.EXCHANGE_SPAN.format(model=served.model).strip(),
            kind="CLIENT",
            start_ns=self._wall(exchange.dispatched_ns),
            end_ns=self._wall(_last_known_ns(exchange)),
            error="" if exchange.succeeded else exchange.outcome.value,
            attributes=present(
                span_attributes.model(served)
                | span_attributes.answer(exchange)
                | (span_attributes.cut(exchange) if self._described.latest_names else {})
                | self._exchange_facts(exchange)
            ),
            links=self._run.links_of(exchange),
        )

    def _exchange_facts(self, exchange: Exchange) -> dict[str, Value | None]:
        return {
            names.REQUEST_STREAM: exchange.stream or None,
            names.ERROR_TYPE: None if exchange.succeeded else exchange.outcome.value,
            names.PHASE: self._run.phase_at(exchange.planned_ns),
            names.EXCHANGE_NUMBER: exchange.number,
            names.EXCHANGE_REPLICA: exchange.replica,
            names.EXCHANGE_PLANNED: self._wall(exchange.planned_ns),
            names.EXCHANGE_LATENESS: ms(exchange.dispatched_ns, exchange.planned_ns),
            names.EXCHANGE_OUTCOME: exchange.outcome.value,
            names.EXCHANGE_BELIEVED_OK: exchange.believed_ok,
            names.EXCHANGE_SERVED_BY: exchange.served_by or None,
            names.EXCHANGE_ATTEMPTS: len(exchange.attempts),
            names.EXCHANGE_FAILED_OVER: exchange.failed_over,
            names.EXCHANGE_TOUCHED: exchange.touched,
        }

    def _attempt_span(
        self, exchange: Exchange, attempt: Attempt, index: int, parent: str
    ) -> SpanFact:
        facts = span_attributes.attempt_facts(attempt) | {names.RESEND_COUNT: index or None}
        return SpanFact(
            trace_id=exchange.trace_id,
            span_id=attempt.span_id,
            parent_span_id=parent,
            name=names.ATTEMPT_SPAN.format(endpoint=attempt.endpoint),
            kind="CLIENT",
            start_ns=self._wall(attempt.begin_ns),
            end_ns=self._wall(_attempt_end_ns(attempt)),
            error="" if attempt.outcome.succeeded else attempt.outcome.value,
            attributes=present(
                span_attributes.model(self._served(attempt.endpoint))
                | self._place(attempt.endpoint)
                | facts
                | self._faults(attempt.touches)
            ),
        )

    def _hop_span(self, exchange: Exchange, attempt: Attempt, hop: Hop) -> SpanFact:
        error = span_attributes.hop_error(hop)
        return SpanFact(
            trace_id=exchange.trace_id,
            span_id=_hop_id(exchange, hop),
            parent_span_id=attempt.span_id,
            name=names.HOP_SPAN.format(endpoint=hop.endpoint),
            kind="SERVER",
            start_ns=self._wall(hop.begin_ns),
            end_ns=self._wall(_hop_end_ns(hop)),
            error=error,
            attributes=present(
                self._place(hop.endpoint)
                | span_attributes.hop_facts(hop)
                | {names.ERROR_TYPE: error or None}
                | self._faults(attempt.touches)
            ),
        )

    def _provider_span(self, exchange: Exchange, attempt: Attempt) -> Iterator[SpanFact]:
        """Yield what a stand-in logged of an attempt, if it is one and the attempt reached it."""
        logged = self._described.requests.get((exchange.trace_id, attempt.span_id))
        if logged is None:
            return
        failed = logged.status is None or logged.status >= 500
        error = str(logged.status or logged.ended) if failed else ""
        yield SpanFact(
            trace_id=exchange.trace_id,
            span_id=span_id(exchange.trace_id, f"stand-in {attempt.span_id}"),
            parent_span_id=_hop_id(exchange, attempt.hop) if attempt.hop else attempt.span_id,
            name=names.STAND_IN_SPAN.format(endpoint=attempt.endpoint),
            kind="SERVER",
            start_ns=self._wall(logged.at_ns),
            end_ns=self._wall(logged.end_ns),
            error=error,
            attributes=present(
                self._place(attempt.endpoint)
                | span_attributes.logged(logged)
                | {names.ERROR_TYPE: error or None}
            ),
        )

    def _place(self, endpoint: str) -> dict[str, Value | None]:
        region = self._served(endpoint).region
        return {names.ENDPOINT: endpoint, names.CLOUD_REGION: region or None}

    def _faults(self, touches: Sequence[Touch]) -> dict[str, Value | None]:
        if not touches:
            return {}
        first = touches[0]
        injected = self._described.injected.get(first.fault, NOT_KNOWN)
        ids = list(dict.fromkeys(touch.fault for touch in touches))
        return {
            names.FAULT_ID: first.fault,
            names.FAULT_KIND: injected.kind or None,
            names.FAULT_PARAMETERS: injected.parameters or None,
            names.FAULT_ACTION: first.action,
            names.FAULT_IDS: ids if len(ids) > 1 else None,
        }

    def _served(self, endpoint: str) -> Served:
        return self._described.endpoints.get(endpoint, UNKNOWN)

    def _wall(self, monotonic_ns: int) -> int:
        return self._record.clock.wall(monotonic_ns)


def _hop_id(exchange: Exchange, hop: Hop) -> str:
    return span_id(exchange.trace_id, f"hop {hop.proxy} {hop.hop}")


def _telling_endpoint(exchange: Exchange) -> str:
    """Return the endpoint that an exchange's provider and model are told by."""
    if exchange.serving is not None:
        return exchange.serving.endpoint
    return exchange.attempts[0].endpoint if exchange.attempts else ""


def _last_known_ns(exchange: Exchange) -> int:
    if exchange.end_ns is not None:
        return exchange.end_ns
    return max([exchange.dispatched_ns, *map(_attempt_end_ns, exchange.attempts)])


def _attempt_end_ns(attempt: Attempt) -> int:
    if attempt.end_ns is not None:
        return attempt.end_ns
    return attempt.begin_ns if attempt.hop is None else _hop_end_ns(attempt.hop)


def _hop_end_ns(hop: Hop) -> int:
    return hop.begin_ns if hop.end_ns is None else hop.end_ns
