"""What would happen if an experiment were run, and what its gates would rest on. Pure.

Arrivals are exact: the load is planned from the seed, as every worker plans it. What the system
under test does with them is not foretold; counts are what there would be if nothing went wrong.
"""

import math
from collections.abc import Sequence

import msgspec

from experiments.forewarned import warnings_of
from experiments.gate import Need, needs, parse_gate
from experiments.meant import unmet
from experiments.model import Experiment, Fault
from loadgen.plan import describe, plan
from telemetry.figure import P95_SAMPLES

WHOLE_SHARE_ONLY = ("failover_time", "leakage", "leakage_per_minute")
"""Metrics that ask when traffic keeps away; of a fault for some alone, staying is right."""


class PhasePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One phase, in seconds from the run's start, and how many questions arrive in it."""

    name: str
    start_s: float
    end_s: float
    arrivals: int


class WindowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One fault group's window, in seconds from the run's start.

    `touched_at_most`: how many of the arrivals its shares and counts could touch. `partial`: why
    it is not meant for everybody at each of its endpoints.
    """

    group: str
    faults: tuple[str, ...]
    endpoints: tuple[str, ...]
    start_s: float
    end_s: float
    share: float
    arrivals: int
    touched_at_most: int = 0
    partial: str = ""


class GatePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One gate: how many samples it needs and how many are to be expected at the most.

    `undefined`: why its metric would have no value, whatever happens.
    """

    gate: str
    needed: int
    expected: int
    undefined: str = ""

    @property
    def decidable(self) -> bool:
        """True when the run is expected to have what the gate needs."""
        return not self.undefined and self.expected >= self.needed


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known before a run.

    `attempts_at_most`: every question at every endpoint as often as the route allows, before any
    retry budget. `undecidable`: why the run would be INCONCLUSIVE or a gate unknown.
    """

    experiment: Experiment
    load: str
    arrivals: int
    attempts_at_most: int
    phases: tuple[PhasePlan, ...]
    windows: tuple[WindowPlan, ...]
    gates: tuple[GatePlan, ...]
    undecidable: tuple[str, ...]
    warnings: tuple[str, ...]


def plan_of(experiment: Experiment) -> Plan:
    """Plan an experiment that has been read."""
    load_s = experiment.phases.load_s
    times = [one.at_s for one in plan(experiment.load, seed=experiment.seed, duration_s=load_s)]
    phases = tuple(
        PhasePlan(name=name, start_s=start_s, end_s=end_s, arrivals=_between(times, start_s, end_s))
        for name, start_s, end_s in experiment.phases.spans()
    )
    windows = _windows(experiment, times)
    gates = tuple(_gate(text, phases, windows) for text in experiment.gates)
    route = experiment.route
    return Plan(
        experiment=experiment,
        load=describe(experiment.load, duration_s=load_s),
        arrivals=len(times),
        attempts_at_most=len(times) * len(route.order) * route.attempts_per_endpoint,
        phases=phases,
        windows=windows,
        gates=gates,
        undecidable=tuple(_undecidable(experiment, phases, windows, gates)),
        warnings=tuple(warnings_of(experiment, times)),
    )


def _between(times: Sequence[float], start_s: float, end_s: float) -> int:
    return sum(start_s <= at_s < end_s for at_s in times)


def _windows(experiment: Experiment, times: Sequence[float]) -> tuple[WindowPlan, ...]:
    groups: dict[str, list[Fault]] = {}
    for fault in experiment.faults:
        groups.setdefault(fault.group or fault.id, []).append(fault)
    return tuple(_window(name, faults, experiment, times) for name, faults in groups.items())


def _window(
    group: str, faults: Sequence[Fault], experiment: Experiment, times: Sequence[float]
) -> WindowPlan:
    start_s = experiment.phases.fault_start_s + min(fault.start_s for fault in faults)
    end_s = start_s + max(fault.duration_s for fault in faults)
    arrivals = _between(times, start_s, end_s)
    return WindowPlan(
        group=group,
        faults=tuple(fault.id for fault in faults),
        endpoints=tuple(sorted({name for fault in faults for name in fault.at})),
        start_s=start_s,
        end_s=end_s,
        share=max(fault.share for fault in faults),
        arrivals=arrivals,
        touched_at_most=_touched_at_most(faults, arrivals, experiment.route.attempts_per_endpoint),
        partial=_partial(faults),
    )


def _partial(faults: Sequence[Fault]) -> str:
    """Say why at an endpoint none of a window's faults is meant for everybody; empty if one is."""
    whole = {
        name for fault in faults if fault.share >= 1 and not fault.selective for name in fault.at
    }
    if all(name in whole for fault in faults for name in fault.at):
        return ""
    below = all(fault.share < 1 for fault in faults)
    return "of a share below 1" if below else "that chooses among requests"


def _touched_at_most(faults: Sequence[Fault], arrivals: int, tries: int) -> int:
    """Return how many exchanges a window's faults could touch, as shares and counts are.

    Each throws its own dice: an exchange is spared where all of them spare it.
    """
    spared = math.prod(1 - fault.share for fault in faults if not fault.selective)
    counted = [
        min(
            fault.share * arrivals,
            fault.counts.at_most(arrivals * tries, fault.share) * len(fault.at),
        )
        for fault in faults
        if fault.selective
    ]
    return round(min(arrivals, (1 - spared) * arrivals + sum(counted)))


def _gate(text: str, phases: Sequence[PhasePlan], windows: Sequence[WindowPlan]) -> GatePlan:
    gate = parse_gate(text)
    need = needs(gate)
    chosen = [window for window in windows if need.group in {None, window.group}]
    partial = next((window.partial for window in chosen if window.partial), "")
    undefined = bool(partial) and gate.claim.metric in WHOLE_SHARE_ONLY
    return GatePlan(
        gate=text,
        needed=need.samples,
        expected=_expected(need, phases, chosen),
        undefined=f"not defined for a fault {partial}" if undefined else "",
    )


def _expected(need: Need, phases: Sequence[PhasePlan], chosen: Sequence[WindowPlan]) -> int:
    """Return the samples to expect; of several windows the one with the fewest."""
    if need.by_window:
        touched = [w.touched_at_most if need.touched_only else w.arrivals for w in chosen]
        return min(touched, default=0)
    named = [phase for phase in phases if need.phase in {None, phase.name}]
    return sum(phase.arrivals for phase in named if need.phase or phase.name != "warm_up")


def _undecidable(
    experiment: Experiment,
    phases: Sequence[PhasePlan],
    windows: Sequence[WindowPlan],
    gates: Sequence[GatePlan],
) -> list[str]:
    may_miss = {fault.group or fault.id for fault in experiment.faults if fault.may_miss}
    baseline = next(phase.arrivals for phase in phases if phase.name == "baseline")
    found = []
    if baseline < P95_SAMPLES:
        found.append(f"the baseline needs {P95_SAMPLES} exchanges to count, {baseline} are planned")
    found += [
        f"fault {window.group} would reach nobody: {why}"
        for window in windows
        if (why := _why_nobody(experiment, window)) and window.group not in may_miss
    ]
    found += [
        f"{gate.gate}: {gate.undefined or _too_few(gate)}" for gate in gates if not gate.decidable
    ]
    return found


def _too_few(gate: GatePlan) -> str:
    return f"at most {gate.expected} samples are planned, {gate.needed} needed"


def _asked(experiment: Experiment, endpoints: Sequence[str]) -> bool:
    return any(name in experiment.route.order for name in endpoints)


def _why_nobody(experiment: Experiment, window: WindowPlan) -> str:
    """Say why a window's faults would touch nothing, whatever happens; empty where they may."""
    if window.share <= 0:
        return "its share is 0"
    if not window.arrivals:
        return "nothing arrives in its window"
    if not window.touched_at_most:
        return f"its counts take none of the {window.arrivals} that arrive in its window"
    if not _asked(experiment, window.endpoints):
        return f"the route never asks {', '.join(window.endpoints)}"
    faults = [fault for fault in experiment.faults if fault.id in window.faults]
    whys = [unmet(fault, experiment) for fault in faults]
    return whys[0] if all(whys) else ""
