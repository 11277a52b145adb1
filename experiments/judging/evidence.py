"""From a run's record and its experiment to the evidence that metrics and gates look at; pure."""

from collections.abc import Callable, Iterable

import msgspec

from experiments.model import Endpoint, Experiment, Fault
from telemetry.exchange import Evidence, Exchange, Phase, Quota
from telemetry.outcome import Outcome
from telemetry.record import EventFact, Record
from telemetry.windows import windows_of


def evidence_of(record: Record, experiment: Experiment) -> Evidence:
    """Return the evidence; what the record does not hold is left empty, never made up."""
    record_start_ns, record_end_ns = _record_start_ns(record), _record_end_ns(record)
    told = evidence_without_exchanges(record, experiment, lambda: (record_start_ns, record_end_ns))
    exchanges = tuple(reviewed(exchange, told.end_ns) for exchange in record.exchanges)
    windows = windows_of(
        record.events,
        exchanges,
        record_end_ns=record_end_ns,
        may_miss=groups_that_may_miss(experiment),
    )
    return msgspec.structs.replace(told, exchanges=exchanges, windows=windows)


def evidence_without_exchanges(
    record: Record, experiment: Experiment, moments: Callable[[], tuple[int, int]]
) -> Evidence:
    """Return what events and the experiment tell.

    `moments` looks for when the record began and ended, where events do not say it.
    """
    phases = tuple(_phase(e) for e in record.named("phase") if _has_span(e))
    return Evidence(
        exchanges=(),
        phases=phases,
        windows=(),
        endpoints=tuple(endpoint.name for endpoint in experiment.endpoints),
        start_ns=min(p.start_ns for p in phases) if phases else moments()[0],
        end_ns=_drained_ns(record) or moments()[1],
        order=experiment.route.order,
        cooldown_s=_cooldown_s(experiment),
        quotas=quotas_of(experiment),
        hub_lag_s=worst_fact(record.named("generator"), "hub_lag_max_s"),
        generator_cpu_share=worst_fact(record.named("generator"), "cpu_share"),
    )


def reviewed(exchange: Exchange, observed_until_ns: int) -> Exchange:
    """Return the exchange with the outcome that its attempts prove.

    Success = a finish reason, no missing or repeated token, content where content was asked for.
    What has not ended when the drain is over is unfinished, whatever came later: nobody has taken
    it for a success yet.
    """
    if exchange.end_ns is None or exchange.end_ns > observed_until_ns:
        return msgspec.structs.replace(
            exchange, end_ns=None, outcome=Outcome.UNFINISHED, believed_ok=False
        )
    if not exchange.succeeded:
        return exchange
    proven = _proven(exchange)
    return exchange if proven.succeeded else msgspec.structs.replace(exchange, outcome=proven)


def _proven(exchange: Exchange) -> Outcome:
    served = exchange.serving
    if served is None and exchange.front is not None and not exchange.attempts:
        served = exchange.front  # nobody saw what answered it: `joined` counts such
    if served is None:
        last = exchange.attempts[-1:]
        return last[0].outcome if last else Outcome.NO_ENDPOINT
    if served.missing_tokens or served.repeated_tokens:
        return Outcome.INCOMPLETE
    if not served.finish_reason:
        return Outcome.TRUNCATED
    empty = served.tokens == 0 and exchange.output_tokens > 0
    return Outcome.EMPTY if empty else Outcome.OK


def _cooldown_s(experiment: Experiment) -> float | None:
    if experiment.gateway is not None:
        return experiment.gateway.cooldown_s
    breaker = experiment.route.breaker
    return breaker.cooldown_s if breaker.enabled else None


def fault_groups(experiment: Experiment) -> dict[str, tuple[Fault, ...]]:
    """Return the experiment's faults by the group that they switch with."""
    groups: dict[str, tuple[Fault, ...]] = {}
    for fault in experiment.faults:
        name = fault.group or fault.id
        groups[name] = (*groups.get(name, ()), fault)
    return groups


def groups_that_may_miss(experiment: Experiment) -> frozenset[str]:
    """Return the groups all of whose faults may reach nobody."""
    groups = fault_groups(experiment)
    return frozenset(name for name, faults in groups.items() if all(f.may_miss for f in faults))


def worst_fact(events: Iterable[EventFact], name: str) -> float:
    """Return the largest number that any of the events holds under a name; 0 for none."""
    values = (event.facts.get(name) for event in events)
    return max((float(v) for v in values if isinstance(v, int | float)), default=0.0)


def _has_span(event: EventFact) -> bool:
    return all(isinstance(event.facts.get(key), int) for key in ("start_ns", "end_ns"))


def _phase(event: EventFact) -> Phase:
    start_ns, end_ns = event.facts["start_ns"], event.facts["end_ns"]
    return Phase(name=event.subject, start_ns=int(start_ns or 0), end_ns=int(end_ns or 0))


def quotas_of(experiment: Experiment) -> dict[str, Quota]:
    """Return what each endpoint allows, where that is known."""
    return {e.name: quota for e in experiment.endpoints if (quota := _quota(e)) is not None}


def _quota(endpoint: Endpoint) -> Quota | None:
    stand_in = endpoint.stand_in
    if stand_in is None:
        return None
    requests, tokens = stand_in.requests_per_minute, stand_in.tokens_per_minute
    if requests is None and tokens is None:
        return None
    return Quota(requests_per_minute=requests, tokens_per_minute=tokens)


def _drained_ns(record: Record) -> int | None:
    ends = [event.facts.get("drained_ns") for event in record.named("run_end")]
    found = [end for end in ends if isinstance(end, int) and end > 0]
    return found[-1] if found else None


def _record_start_ns(record: Record) -> int:
    moments = [exchange.planned_ns for exchange in record.exchanges]
    return min([*moments, *(event.at_ns for event in record.events)], default=0)


def _record_end_ns(record: Record) -> int:
    moments = [event.at_ns for event in record.events]
    moments += [fault.at_ns for fault in record.faults]
    for exchange in record.exchanges:
        moments += [exchange.planned_ns, exchange.end_ns or exchange.dispatched_ns]
        moments += [attempt.end_ns or attempt.begin_ns for attempt in exchange.attempts]
    return max(moments, default=0)
