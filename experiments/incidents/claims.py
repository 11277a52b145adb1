"""The gates of a replay: what any client should manage, and what the incident asks of it. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from experiments.gate import Gate, parse_gate
from experiments.incidents.cast import Cast
from experiments.incidents.incident import Profile
from experiments.incidents.pace import SILENT, cooldown_of
from experiments.incidents.windows import Window, rate_of
from experiments.model import Experiment
from telemetry.figure import P99_SAMPLES

MARGIN = 1.1
"""How many more arrivals than needed are to be expected: they come by chance."""

FAILOVER_S = 5.0
FAILBACK_MARGIN_S = 4.0
DELAY_S = 1.5
"""How long failing over may take where failures are told at once."""


def gates_of(
    profile: Profile, base: Experiment, cast: Cast, windows: Sequence[Window], fault_s: float
) -> tuple[str, ...]:
    """Return the usual gates and the incident's own, which displace usual ones of the same scope.

    `{role}` in a gate is the endpoint that plays it. A gate about a role that nobody plays, or
    about a window that there is not for want of it, is left out.
    """
    named = [text for text in (_named(text, cast) for text in profile.gates) if "{" not in text]
    there = {None, *(window.name for window in windows)}
    own = {
        _scope(gate): text
        for text in named
        for gate in [parse_gate(text)]
        if gate.claim.group in there
    }
    usual = {
        _scope(gate): text
        for text in _usual(base, windows, fault_s)
        for gate in [parse_gate(text)]
        if gate.claim.metric not in profile.without
    }
    return tuple((usual | own).values())


def _named(text: str, cast: Cast) -> str:
    for role, name in cast.items():
        text = text.replace(f"{{{role}}}", name)
    return text


def _scope(gate: Gate) -> tuple[str, str, str | None, str | None, str | None]:
    claim = gate.claim
    return claim.metric, claim.statistic, claim.phase, claim.group, claim.endpoint


def _usual(base: Experiment, windows: Sequence[Window], fault_s: float) -> Iterator[str]:
    yield f"user_errors (fault) <= {_percent(base, fault_s, '1')} %"
    yield f"silent_failures (fault) <= {_percent(base, fault_s, '0')} %"
    sudden = [window for window in windows if not window.faults[0].may_miss]
    if sudden:
        yield f"failover_delay max (fault) <= {_delay_s(base, windows):g} s"
    yield "amplification (fault) <= 1.3"
    yield from (f"failover_time (window:{name}) <= {FAILOVER_S:g} s" for name in _whole(sudden))
    last = _last_at_the_first(base, windows)
    if last:
        limit_s = (cooldown_of(base) or 8.0) + FAILBACK_MARGIN_S
        yield f"failback_time (window:{last}) <= {limit_s:g} s"
    yield f"user_errors (recovery) <= {_percent(base, base.phases.recovery_s, '1')} %"


def _percent(base: Experiment, seconds: float, strict: str) -> str:
    """Return the share to claim: as strict as there are samples for."""
    return strict if rate_of(base) * seconds >= MARGIN * P99_SAMPLES else "5"


def _delay_s(base: Experiment, windows: Iterable[Window]) -> float:
    """Add up what a client may wait at each endpoint that falls silent."""
    silent = {
        name
        for window in windows
        for fault in window.faults
        if fault.inject.keys() & SILENT
        for name in fault.at
        if name in base.route.order
    }
    return DELAY_S + len(silent) * base.route.timeouts.first_token_s


def _whole(windows: Iterable[Window]) -> Iterator[str]:
    """Return the windows that are for everybody and long enough to stay away in."""
    for window in windows:
        alone = len(window.faults) == 1 and "capacity" not in window.faults[0].inject
        fault = window.faults[0]
        if alone and fault.share == 1 and not fault.ramp_s and fault.duration_s >= 2 * FAILOVER_S:
            yield window.name


def _last_at_the_first(base: Experiment, windows: Iterable[Window]) -> str:
    """Return the last window at the endpoint that is asked first: after it traffic comes back."""
    first = base.route.order[0]
    there = [window for window in windows if first in window.faults[0].at]
    return max(there, key=lambda window: window.end_s).name if there else ""
