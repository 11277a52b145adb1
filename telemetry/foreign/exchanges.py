"""From spans to exchanges: the value that every metric reads; pure.

Times are ns since the epoch. When a request was planned no span knows: it counts from its start
(Crosswind's own spans do know). Its user's view is the span of the whole, else its last try.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from telemetry import names
from telemetry.exchange import Attempt, Exchange
from telemetry.foreign import genai, own
from telemetry.foreign.endings import ending, error_of, failed
from telemetry.foreign.grouping import Request, Tried, requests_of
from telemetry.foreign.naming import By, Namer, namer
from telemetry.foreign.span import Span
from telemetry.identity import GATEWAY
from telemetry.outcome import Outcome


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How spans are to be read.

    `by`: what endpoints are told apart by; `renamed`: names of one's own. `whole_traces`: a trace
    is one request. `whole_answers`: an answer without a word on streaming came in one piece, so its
    first token came at its end. `need_finish`: an answer without a finish reason was cut.
    """

    by: By = By.AUTO
    renamed: Mapping[str, str] = {}
    whole_traces: bool = False
    whole_answers: bool = False
    need_finish: bool = False


def exchanges_of(spans: Iterable[Span], reading: Reading) -> tuple[Exchange, ...]:
    """Return the exchanges in the order of their planned starts."""
    traces: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        traces[span.trace_id].append(span)
    found = [
        request
        for trace in traces.values()
        for request in requests_of(trace, whole=reading.whole_traces)
        if request.tried
    ]
    places = (genai.place(t.call, t.http) for request in found for t in request.tried)
    maker = _Maker(reading, namer(places, reading.by, reading.renamed))
    made = sorted(map(maker.exchange, found), key=lambda e: (e.planned_ns, e.number, e.trace_id))
    return tuple(_numbered(made))


class _Maker:
    def __init__(self, reading: Reading, name: Namer) -> None:
        self._reading = reading
        self._name = name

    def exchange(self, request: Request) -> Exchange:
        """Return a request as an exchange; its number is given later unless it is one of ours."""
        logical = request.logical
        told = logical is not None and bool(genai.finish_reasons(logical))
        need = self._reading.need_finish and not told
        attempts = [self._attempt(t, i, need_finish=need) for i, t in enumerate(request.tried)]
        front = next((a for a in attempts if a.endpoint == GATEWAY), None)
        behind = tuple(a for a in attempts if a is not front)
        first, last = attempts[0], attempts[-1]
        dispatched_ns = first.begin_ns if logical is None else logical.start_ns
        outcome = self._outcome(logical, (*behind,) or (last,))
        serving = next((a for a in reversed(behind) if a.outcome is Outcome.OK), None)
        said_failed = failed(logical) if logical is not None else not outcome.succeeded
        believed = None if logical is None else logical.attributes.get(names.EXCHANGE_BELIEVED_OK)
        return Exchange(
            number=own.whole(logical, names.EXCHANGE_NUMBER, -1),
            trace_id=request.tried[0].call.trace_id,
            replica=own.whole(logical, names.EXCHANGE_REPLICA, 0),
            planned_ns=own.whole(logical, names.EXCHANGE_PLANNED, dispatched_ns),
            dispatched_ns=dispatched_ns,
            prompt_tokens=max((a.usage_prompt_tokens or 0 for a in attempts), default=0),
            output_tokens=0,
            stream=any(genai.streamed(t.call) for t in request.tried),
            end_ns=_end_ns(logical, attempts, outcome),
            outcome=outcome,
            believed_ok=bool(believed) if believed is not None else not said_failed,
            served_by=serving.endpoint if serving and outcome.succeeded else "",
            attempts=_completed(behind, serving, logical),
            front=front,
        )

    def _attempt(self, tried: Tried, ordinal: int, *, need_finish: bool) -> Attempt:
        call, http = tried.call, tried.http
        outcome = own.outcome(call, names.ATTEMPT_OUTCOME) or _ending(tried, need_finish)
        answered = tried.last and outcome.succeeded
        prompt, output = genai.tokens(call) if tried.last else (None, None)
        reasons = genai.finish_reasons(call) if answered else ()
        endpoint = call.attributes.get(names.ENDPOINT) or self._name(genai.place(call, http))
        return Attempt(
            exchange=0,
            ordinal=ordinal,
            endpoint=str(endpoint),
            key=0,
            span_id=call.span_id if tried.last or http is None else http.span_id,
            begin_ns=tried.start_ns,
            end_ns=None if outcome is Outcome.UNFINISHED else tried.end_ns,
            outcome=outcome,
            first_token_ns=self._first_token_ns(tried, answered=answered),
            status=next((c for s in (http, call) if s and (c := genai.status_code(s))), None),
            tokens=own.whole(call, names.ATTEMPT_TOKENS, (output or 0) if answered else 0),
            usage_prompt_tokens=own.said(call, names.ATTEMPT_INPUT_TOKENS, prompt),
            usage_output_tokens=own.said(call, names.ATTEMPT_OUTPUT_TOKENS, output),
            finish_reason=reasons[0] if reasons else None,
            model=call.attributes.get(names.RESPONSE_MODEL) if answered else None,
            error=error_of(http or call) or error_of(call) or None,
            touches=own.touches(call),
        )

    def _first_token_ns(self, tried: Tried, *, answered: bool) -> int | None:
        call = tried.call
        if not tried.last:
            return None
        if (at_ns := own.first_token_ns(call) or genai.first_token_ns(call)) is not None:
            return min(at_ns, tried.end_ns)
        streamed = genai.streamed(call)
        whole = streamed is False or (streamed is None and self._reading.whole_answers)
        return tried.end_ns if answered and whole else None

    def _outcome(self, logical: Span | None, attempts: Sequence[Attempt]) -> Outcome:
        """Return how it ended for the user: as the span of the whole says, proven by the tries."""
        if logical is None:
            return attempts[-1].outcome
        told = own.outcome(logical, names.EXCHANGE_OUTCOME)
        if told is not None:
            return told
        served = any(attempt.outcome.succeeded for attempt in attempts)
        if failed(logical):
            last = attempts[-1].outcome
            return ending(logical) if last.succeeded else last
        return Outcome.OK if served else attempts[-1].outcome


def _completed(
    attempts: tuple[Attempt, ...], serving: Attempt | None, logical: Span | None
) -> tuple[Attempt, ...]:
    """Give the serving try what only the span of the whole tells: first token, finish reason."""
    if serving is None or logical is None:
        return attempts
    at_ns = serving.first_token_ns
    whole_ns = genai.first_token_ns(logical)
    if at_ns is None and whole_ns is not None and whole_ns >= serving.begin_ns:
        at_ns = whole_ns
    reason = serving.finish_reason or next(iter(genai.finish_reasons(logical)), None)
    seen = msgspec.structs.replace(serving, first_token_ns=at_ns, finish_reason=reason)
    return tuple(seen if attempt is serving else attempt for attempt in attempts)


def _ending(tried: Tried, need_finish: bool) -> Outcome:  # noqa: FBT001 - named where it is called
    if tried.last:
        return ending(tried.call, tried.http, need_finish=need_finish)
    return ending(tried.http or tried.call)


def _end_ns(logical: Span | None, attempts: Sequence[Attempt], outcome: Outcome) -> int | None:
    if outcome is Outcome.UNFINISHED:
        return None
    ends = [attempt.end_ns or attempt.begin_ns for attempt in attempts]
    return max(ends) if logical is None else logical.end_ns


def _numbered(exchanges: Sequence[Exchange]) -> Iterable[Exchange]:
    """Yield them numbered in order, unless all have numbers of their own."""
    own_numbers = [exchange.number for exchange in exchanges]
    keep = min(own_numbers, default=-1) >= 0 and len(set(own_numbers)) == len(own_numbers)
    for index, exchange in enumerate(exchanges):
        number = exchange.number if keep else index
        attempts = (msgspec.structs.replace(a, exchange=number) for a in exchange.attempts)
        yield msgspec.structs.replace(exchange, number=number, attempts=tuple(attempts))
