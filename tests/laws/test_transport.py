"""A fault inside a client is the fault of the proxy: the same words after the same waits."""

import asyncio
import math
from collections.abc import AsyncIterator

from hypothesis import given

from faults.fault import Fault
from faults.layers import Layer, compose
from faults.rehearse import rehearse
from faults.steps import Script, Step
from faults.transport.telling import Patience, Telling, TimedOutError, tell, tell_async
from tests.faults import drawn
from tests.faults.honest import PlainDialect


def script(faults: list[Fault]) -> Script:
    layers = [Layer(f"fault-{at}", one.script(PlainDialect())) for at, one in enumerate(faults)]
    return compose(layers, lambda _rule_id, _action: None)


def telling(faults: list[Fault]) -> Telling:
    return Telling(script(faults), lambda: False)


def endless() -> Patience:
    return Patience(math.inf, lambda: math.inf)


def told(faults: list[Fault], honest: list[Step]) -> tuple[list[Step], float]:
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    steps: list[Step] = []
    try:
        steps.extend(tell(telling(faults), iter(honest), wait, endless()))
    except TimedOutError:
        assert math.isinf(waited[-1])
    return steps, sum(waited)


async def told_in_loop(faults: list[Fault], honest: list[Step]) -> tuple[list[Step], float]:
    waited: list[float] = []

    async def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    async def provider() -> AsyncIterator[Step]:
        for step in honest:
            yield step

    steps: list[Step] = []
    try:
        async for step in tell_async(telling(faults), provider(), wait, endless()):
            steps.append(step)  # noqa: PERF401 - what was told before it timed out is kept
    except TimedOutError:
        assert math.isinf(waited[-1])
    return steps, sum(waited)


@given(faults=drawn.STACKS, honest=drawn.ANSWERS)
def test_a_client_is_told_what_a_proxy_would_tell(faults: list[Fault], honest: list[Step]) -> None:
    played = rehearse(script(faults), honest)
    expected = [step for _, step in played.steps], played.end_s
    assert told(faults, honest) == expected
    assert asyncio.run(told_in_loop(faults, honest)) == expected


@given(faults=drawn.STACKS, honest=drawn.ANSWERS)
def test_who_is_let_go_gets_the_rest_of_the_honest_answer(
    faults: list[Fault], honest: list[Step]
) -> None:
    """Whatever was told before the first wait, the honest answer's own end follows it."""
    steps = list(tell(telling(faults), iter(honest), lambda _seconds: True, endless()))
    played = rehearse(script(faults), honest)
    if math.isinf(played.end_s) or played.end_s > 0:
        assert steps[-1] == honest[-1]
    else:
        assert steps == [step for _, step in played.steps]
