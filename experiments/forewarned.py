"""What will probably go wrong with an experiment that is nevertheless allowed. Pure."""

import math
from collections.abc import Iterator, Sequence

from experiments.gate import parse_gate
from experiments.model import Experiment
from loadgen.config import Lengths
from telemetry.metrics.failover_time import LEAK_PERCENT


def warnings_of(experiment: Experiment, times: Sequence[float]) -> Iterator[str]:
    """Return the warnings, one sentence each; `times` are the arrivals from the run's start."""
    if not experiment.faults:
        yield "no faults: nothing will fail, and nothing is rehearsed"
        return
    yield from _places(experiment)
    yield from _open_connections(experiment)
    yield from _probes(experiment, times)
    yield from _quotas(experiment, times)
    yield from _timeouts(experiment)
    yield from _drain(experiment)


def _places(experiment: Experiment) -> Iterator[str]:
    """Compare where faults act with where the client goes: first, or at all."""
    order = experiment.route.order
    groups: dict[str, set[str]] = {}
    for fault in experiment.faults:
        groups.setdefault(fault.group or fault.id, set()).update(fault.at)
    for group, at in groups.items():
        asked = [name for name in order if name in at]
        if asked and set(order) <= at:
            yield (
                f"{group} is at every endpoint of the route: there is nowhere to fail over to, and "
                "what measures failing over says little"
            )
        elif asked and len(experiment.faults) == 1 and asked[0] != order[0]:
            yield (
                f"{group} is at {asked[0]}, which is asked only after {order[0]} failed: it may "
                "reach nobody"
            )


def _open_connections(experiment: Experiment) -> Iterator[str]:
    """Say what a closed listener leaves alone: clients with pools hardly notice it."""
    for fault in experiment.faults:
        if any(
            fault.inject.get(kind, {}).get("reset_connections") == "none"
            for kind in ("connect_refused", "connect_timeout")
        ):
            yield (
                f"{fault.id} refuses new connections only: clients go on over those that are open; "
                "reset_connections: all cuts them"
            )


def _rate_per_s(experiment: Experiment, times: Sequence[float]) -> float:
    """Return the arrivals per second of the fault phase."""
    phases = experiment.phases
    start_s, end_s = phases.fault_start_s, phases.fault_start_s + phases.fault_s
    count = sum(start_s <= at_s < end_s for at_s in times)
    return count / phases.fault_s if phases.fault_s else 0.0


def _probes(experiment: Experiment, times: Sequence[float]) -> Iterator[str]:
    """Count half-open probes as the leakage that they are: with too many, failover never ends."""
    breaker, clients = experiment.route.breaker, experiment.route.clients
    gated = any(parse_gate(gate).claim.metric == "failover_time" for gate in experiment.gates)
    if not gated or not breaker.enabled:
        return
    allowed_per_s = LEAK_PERCENT / 100 * _rate_per_s(experiment, times)
    probes_per_s = clients / breaker.cooldown_s if breaker.cooldown_s else float("inf")
    if probes_per_s > allowed_per_s:
        yield (
            f"failover_time may never end: {clients} clients probe every {breaker.cooldown_s:g} s, "
            f"{probes_per_s:.2g} per second, and {LEAK_PERCENT} % of the arrivals are "
            f"{allowed_per_s:.2g} per second; fewer clients, a longer cooldown or more load"
        )


def _quotas(experiment: Experiment, times: Sequence[float]) -> Iterator[str]:
    """Compare a fallback's known quota with what would move to it."""
    rate_per_minute = 60 * _rate_per_s(experiment, times)
    faulted = {name for fault in experiment.faults for name in fault.at}
    for name in experiment.route.order:
        stand_in = experiment.endpoint(name).stand_in
        quota = stand_in.requests_per_minute if stand_in is not None else None
        if name not in faulted and quota is not None and quota < rate_per_minute:
            yield (
                f"{name} allows {quota} requests per minute, and up to {rate_per_minute:.0f} "
                "would move to it"
            )


def _timeouts(experiment: Experiment) -> Iterator[str]:
    """Compare the first-token timeout with a healthy first token: below, it cuts good answers."""
    limit_s = experiment.route.timeouts.first_token_s
    prompt = experiment.load.prompt_tokens.median
    for endpoint in experiment.endpoints:
        if endpoint.stand_in is None:
            continue
        latency = endpoint.stand_in.latency
        usual_s = latency.overhead_s + latency.per_prompt_token_s * prompt
        if limit_s <= usual_s:
            yield (
                f"{endpoint.name} usually takes {usual_s:.2g} s to the first token, and the client "
                f"gives up after {limit_s:g} s"
            )


def _drain(experiment: Experiment) -> Iterator[str]:
    """Compare long answers with the drain: what has not ended then counts as failed."""
    gaps = [e.stand_in.latency.token_gap_s for e in experiment.endpoints if e.stand_in is not None]
    usual_s = max(gaps, default=0.0) * _long(experiment.load.output_tokens)
    if usual_s > experiment.phases.drain_s:
        yield (
            f"long answers take about {usual_s:.0f} s, and the drain ends after "
            f"{experiment.phases.drain_s:g} s: what is unfinished then counts as failed"
        )


def _long(lengths: Lengths) -> float:
    """Return the 99th percentile of a log-normal length: the median times e^(2.33 sigma)."""
    return min(lengths.max, lengths.median * math.exp(2.33 * lengths.sigma))
