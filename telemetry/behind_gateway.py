"""What a gateway did for an exchange: the requests at the proxies, read as its attempts.

Pure. The client asked the gateway once; which endpoints were asked, when and how they answered is
known from the proxies alone. What the user got is known from the client.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from telemetry.exchange import Attempt, Exchange, Hop, Touch
from telemetry.identity import GATEWAY, own_exchange, span_id
from telemetry.outcome import Outcome
from telemetry.record import FaultFact
from telemetry.tables import Tables

HopKey = tuple[str, int]
"""A hop's spool and its number."""


class Behind(msgspec.Struct, frozen=True):
    """All that the proxies saw of the run, by exchange; touches and parents' span ids by hop."""

    hops: Mapping[int, Sequence[Hop]]
    touches: dict[HopKey, list[Touch]]
    parents: Mapping[HopKey, str]


def hops_behind(tables: Tables) -> Behind:
    """Return what reached the proxies without an attempt of our client's own."""
    hops: dict[int, list[Hop]] = defaultdict(list)
    for other in tables.other_hops:
        number = own_exchange(other.trace_id, tables.run_tag)
        if number is not None:
            hops[number].append(other.hop)
    touches: dict[HopKey, list[Touch]] = defaultdict(list)
    for fact in tables.faults:
        touches[fact.spool, fact.hop].append(touch_of(fact))
    parents = {(o.hop.proxy, o.hop.hop): o.parent_span_id for o in tables.other_hops}
    return Behind(hops, touches, parents)


def touch_of(fact: FaultFact) -> Touch:
    """Return an attestation as the attempt that it is about holds it."""
    return Touch(
        fault=fact.fault, action=fact.action, at_ns=fact.at_ns, asked_upstream=fact.asked_upstream
    )


def with_attempts(exchange: Exchange, made: Sequence[Attempt], behind: Behind) -> Exchange:
    """Return the exchange with its client's attempts, or with a gateway's behind its front.

    What a limit of ours refused was no attempt at a provider.
    """
    front = next((attempt for attempt in made if attempt.endpoint == GATEWAY), None)
    if front is None:
        return msgspec.structs.replace(exchange, attempts=tuple(made))
    hops = sorted(behind.hops.get(exchange.number, ()), key=lambda hop: (hop.begin_ns, hop.hop))
    attempts = _attempts([hop for hop in hops if not hop.refused_by], front, exchange, behind)
    attempts = _with_the_users_view(attempts, front)
    served_by = next((a.endpoint for a in reversed(attempts) if a.outcome is Outcome.OK), "")
    return msgspec.structs.replace(
        exchange,
        front=front,
        attempts=tuple(attempts),
        served_by=served_by if exchange.succeeded else "",
    )


def _attempts(
    hops: Sequence[Hop], front: Attempt, exchange: Exchange, behind: Behind
) -> list[Attempt]:
    keys: Counter[str] = Counter()
    attempts: list[Attempt] = []
    for hop in hops:
        hop_key = (hop.proxy, hop.hop)
        attempts.append(
            msgspec.structs.replace(
                attempt_of(hop, exchange.number, outcome_of(hop, front)),
                ordinal=len(attempts),
                key=keys[hop.endpoint],
                span_id=span_id(exchange.trace_id, f"attempt {hop.proxy} {hop.hop}"),
                parent_span_id=behind.parents.get(hop_key, ""),
                touches=tuple(behind.touches.get(hop_key, ())),
            )
        )
        keys[hop.endpoint] += 1
    return attempts


def attempt_of(hop: Hop, exchange: int, outcome: Outcome) -> Attempt:
    """Return what a proxy saw of a request as an attempt, the first of its exchange."""
    return Attempt(
        exchange=exchange,
        ordinal=0,
        endpoint=hop.endpoint,
        key=0,
        span_id="",
        begin_ns=hop.begin_ns,
        end_ns=hop.end_ns,
        outcome=outcome,
        head_ns=hop.head_ns,
        first_byte_ns=hop.head_ns,
        first_token_ns=hop.first_token_ns,
        last_token_ns=hop.last_token_ns,
        largest_gap_ns=hop.largest_gap_ns,
        status=hop.status,
        rpc_status=hop.rpc_status,
        tokens=hop.tokens or 0,
        missing_tokens=hop.missing_tokens,
        repeated_tokens=hop.repeated_tokens,
        usage_prompt_tokens=hop.usage_prompt_tokens,
        usage_output_tokens=hop.usage_output_tokens,
        finish_reason=hop.finish_reason,
        retry_after_s=hop.retry_after_s,
        model=hop.model,
        error=hop.error,
        hop=hop,
    )


def outcome_of(hop: Hop, front: Attempt | None) -> Outcome:
    """Return how a request ended for whoever sent it to the proxy.

    A sender that left before the answer's end gave it up for being slow: before the first token, or
    between two. Once its own client had gone, there was nobody left to answer: `cancelled`.
    """
    if hop.end_ns is None or hop.ending == "shutdown":
        return Outcome.UNFINISHED
    if hop.ending == "upstream_unreachable":
        return Outcome.CONNECT_FAILED
    if hop.outcome is not None:
        return hop.outcome
    if hop.ending != "client_gone":
        return Outcome.MALFORMED
    if front is not None and front.end_ns is not None and front.end_ns <= hop.end_ns:
        return Outcome.CANCELLED
    return Outcome.FIRST_TOKEN_TIMEOUT if hop.first_token_ns is None else Outcome.STALLED


def _with_the_users_view(attempts: list[Attempt], front: Attempt) -> list[Attempt]:
    """Give the attempt that answered the times and the tokens that the user saw.

    Where a gateway went on with another endpoint in the middle of an answer, the first token that
    the user saw was not this attempt's: then its own stays.
    """
    answered = [i for i, attempt in enumerate(attempts) if attempt.outcome is Outcome.OK]
    if front.outcome is not Outcome.OK or not answered:
        return attempts
    served = attempts[answered[-1]]
    token_ns = front.first_token_ns
    if token_ns is None or token_ns < served.begin_ns:
        token_ns = served.first_token_ns
    ends = [at_ns for at_ns in (served.end_ns, token_ns) if at_ns is not None]
    seen = msgspec.structs.replace(
        served,
        first_token_ns=token_ns,
        end_ns=max(ends, default=None),
        largest_gap_ns=front.largest_gap_ns,
        tokens=front.tokens,
        missing_tokens=front.missing_tokens,
        repeated_tokens=front.repeated_tokens,
        finish_reason=front.finish_reason,
    )
    return [*attempts[: answered[-1]], seen, *attempts[answered[-1] + 1 :]]
