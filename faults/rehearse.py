"""Plays a script on a virtual clock: what the client would get, and when, without any client."""

import math
from collections.abc import Iterable
from contextlib import closing
from typing import NamedTuple

from faults.layers import ENDINGS, Layer, compose
from faults.steps import Next, Script, Step, Wait


class Play(NamedTuple):
    """What a rehearsal saw; seconds from the request.

    `steps`: what the client gets and when, waits not among them. `asked`: the provider was asked.
    `end_s`: when the answer ended, `inf` for a client that is left waiting.
    """

    steps: list[tuple[float, Step]]
    asked: bool
    end_s: float


def rehearse(script: Script, honest: Iterable[Step]) -> Play:
    """Play a script against the honest answer's steps.

    A `Wait` among the honest steps is the provider's own pace, counted from when it was asked: it
    goes on speaking while a fault holds the client. An honest answer without an ending leaves the
    client waiting.
    """
    provider = _Provider(honest)
    steps: list[tuple[float, Step]] = []
    with closing(compose([Layer("", script)], _unheard)) as told:
        end_s = _play(told, provider, steps)
    return Play(steps, provider.asked, end_s)


def _play(told: Script, provider: "_Provider", steps: list[tuple[float, Step]]) -> float:
    now_s, reply = 0.0, None
    while now_s < math.inf:
        said = next(told) if reply is None else told.send(reply)
        reply = None
        if isinstance(said, Next):
            now_s, reply = provider.answer(now_s)
        elif isinstance(said, Wait):
            now_s += said.seconds
        else:
            steps.append((now_s, said))
            if isinstance(said, ENDINGS):
                break
    return now_s


class _Provider:
    """The honest answer, speaking at its own pace from the instant that it is asked."""

    def __init__(self, honest: Iterable[Step]) -> None:
        self._steps = iter(honest)
        self._spoke_s = 0.0
        self.asked = False

    def answer(self, now_s: float) -> tuple[float, Step | None]:
        """Return the next step and when it is there, given when it is asked for."""
        if not self.asked:
            self.asked, self._spoke_s = True, now_s
        for step in self._steps:
            if not isinstance(step, Wait):
                return max(now_s, self._spoke_s), step
            self._spoke_s += step.seconds
        return math.inf, None


def _unheard(rule_id: str, action: str) -> None:
    """Attest to nobody: a rehearsal touches no client."""
