"""When clients left an endpoint alone: the states of their breakers as stretches of time; pure."""

from collections.abc import Iterable, Sequence

import msgspec

from telemetry.clock import seconds
from telemetry.record import EventFact

MOST_BREAKER_STEPS = 400


class BreakerStep(msgspec.Struct, frozen=True):
    """A stretch of time in which `opened` of `replicas` clients left an endpoint alone."""

    start_s: float
    end_s: float
    opened: int
    replicas: int


def breaker_steps(
    events: Sequence[EventFact], start_ns: int, end_s: float
) -> tuple[BreakerStep, ...]:
    """Return the stretches in which at least one replica's breaker was not closed."""
    states: dict[str, str] = {}
    replicas = len({str(event.facts.get("replica")) for event in events})
    steps: list[BreakerStep] = []
    ends_s = [*(seconds(event.at_ns - start_ns) for event in events[1:]), end_s]
    for event, until_s in zip(events, ends_s[: len(events)], strict=True):
        states[str(event.facts.get("replica"))] = str(event.facts.get("state"))
        opened = sum(state != "closed" for state in states.values())
        begin_s = seconds(event.at_ns - start_ns)
        if opened:
            steps.append(BreakerStep(begin_s, min(until_s, end_s), opened, replicas))
    return _merged(steps)[:MOST_BREAKER_STEPS]


def _merged(steps: Iterable[BreakerStep]) -> tuple[BreakerStep, ...]:
    merged: list[BreakerStep] = []
    for step in steps:
        if merged and merged[-1].opened == step.opened and merged[-1].end_s == step.start_s:
            step = msgspec.structs.replace(step, start_s=merged.pop().start_s)  # noqa: PLW2901 - grown
        merged.append(step)
    return tuple(merged)
