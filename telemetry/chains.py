"""What a client of somebody's own did, from the proxies alone: requests put together to exchanges.

Pure. An exchange is a chain of requests with the same body, each sent after the one before it had
failed; a retry count of 0, where the client sends one, begins a new chain. Who ends a command with
code 0 took every answer for what it seemed to be.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from telemetry.behind_gateway import HopKey, attempt_of, outcome_of
from telemetry.exchange import Attempt, Exchange, Hop, Touch
from telemetry.identity import span_id, trace_id
from telemetry.outcome import Outcome
from telemetry.record import EventFact

COMMAND_START = "command_start"
COMMAND_END = "command_end"
SEEMS_WHOLE = frozenset({Outcome.TRUNCATED, Outcome.INCOMPLETE})
"""Endings that an official client reports as an answer."""


def is_command(events: Iterable[EventFact]) -> bool:
    """Tell whether a record is of a command, not of load that we made."""
    return any(event.name == COMMAND_START for event in events)


def exit_code(events: Iterable[EventFact]) -> int | None:
    """Return how the command ended, None when that is not on record."""
    codes = [event.facts.get("exit_code") for event in events if event.name == COMMAND_END]
    return next((code for code in codes if isinstance(code, int)), None)


def chains(hops: Iterable[Hop]) -> list[list[Hop]]:
    """Put questions together, in the order in which each chain began."""
    found: list[list[Hop]] = []
    open_chains: dict[str, list[list[Hop]]] = defaultdict(list)
    asked = (hop for hop in hops if hop.body_hash and not hop.refused_by)
    for hop in sorted(asked, key=lambda hop: (hop.begin_ns, hop.proxy, hop.hop)):
        chain = next((c for c in reversed(open_chains[hop.body_hash]) if _goes_on(c, hop)), None)
        if chain is None:
            chain = []
            found.append(chain)
            open_chains[hop.body_hash].append(chain)
        chain.append(hop)
    return found


def _goes_on(chain: Sequence[Hop], hop: Hop) -> bool:
    last = chain[-1]
    ended = last.end_ns is not None and last.end_ns <= hop.begin_ns
    return ended and hop.retry_count != 0 and not outcome_of(last, None).succeeded


def exchanges_of(
    hops: Iterable[Hop],
    run_tag: str,
    touches: "dict[HopKey, list[Touch]]",
    command_exit: int | None,
) -> tuple[Exchange, ...]:
    """Return an exchange per chain; planned when it began, since nobody planned it."""
    return tuple(
        _exchange(number, chain, run_tag, touches, command_exit)
        for number, chain in enumerate(chains(hops))
    )


def _exchange(
    number: int,
    chain: Sequence[Hop],
    run_tag: str,
    touches: "dict[HopKey, list[Touch]]",
    command_exit: int | None,
) -> Exchange:
    trace = trace_id(run_tag, number)
    attempts = tuple(_attempts(number, trace, chain, touches))
    last = attempts[-1]
    # An ending that says what was wrong, as a call's without a status, is reported as an error.
    seems_whole = last.outcome in SEEMS_WHOLE and not last.error and command_exit == 0
    return Exchange(
        number=number,
        trace_id=trace,
        replica=0,
        planned_ns=attempts[0].begin_ns,
        dispatched_ns=attempts[0].begin_ns,
        prompt_tokens=last.usage_prompt_tokens or 0,
        output_tokens=0,
        stream=bool(chain[0].stream),
        end_ns=last.end_ns,
        outcome=last.outcome,
        believed_ok=last.outcome.succeeded or seems_whole,
        served_by=last.endpoint if last.outcome.succeeded else "",
        attempts=attempts,
    )


def _attempts(
    number: int, trace: str, chain: Sequence[Hop], touches: "dict[HopKey, list[Touch]]"
) -> Iterable[Attempt]:
    seen: list[str] = []
    for ordinal, hop in enumerate(chain):
        yield msgspec.structs.replace(
            attempt_of(hop, number, outcome_of(hop, None)),
            ordinal=ordinal,
            key=seen.count(hop.endpoint),
            span_id=span_id(trace, f"attempt {hop.proxy} {hop.hop}"),
            touches=tuple(touches.get((hop.proxy, hop.hop), ())),
        )
        seen.append(hop.endpoint)


class CommandSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a command did on the wire; waits in seconds, between a failure and the next try."""

    exit_code: int | None
    exchanges: int
    attempts: int
    retries: int
    failed: int
    believed: int
    waits_s: tuple[float, ...] = ()


def command_summary(exchanges: Iterable[Exchange], command_exit: int | None) -> CommandSummary:
    """Count what the exchanges of a command hold."""
    made = tuple(exchanges)
    pairs = [pair for e in made for pair in zip(e.attempts, e.attempts[1:], strict=False)]
    waits = [(after.begin_ns - before.end_ns) / 1e9 for before, after in pairs if before.end_ns]
    return CommandSummary(
        exit_code=command_exit,
        exchanges=len(made),
        attempts=sum(len(e.attempts) for e in made),
        retries=len(pairs),
        failed=sum(not e.succeeded for e in made),
        believed=sum(e.believed_ok and not e.succeeded for e in made),
        waits_s=tuple(waits),
    )
