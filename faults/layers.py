"""Several faults over one answer, and what each of them did to it.

The first layer is the first to meet the request, and so the last to speak to the client: what the
next layer says is the honest answer to it. The rules of the conversation:

- Nobody speaks after `End`, `Reset` or `Close`; who asks past it has nothing more to say.
- A script that ends lets the rest through.
- A `Wait` goes straight to the client: time passes for everybody, and no script is given one.
  `Wait(0)` is no delay and is not said at all. So does a `Resend`, which is no part of an answer.

Attestation is derived from behaviour. A layer is attested at most once: at the first step that is
not the honest step it was just given, before the client gets it, or when it drops an honest step.
What an outer layer then hides from the client stays attested.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from typing import Final, NamedTuple, Protocol

from faults.steps import (
    NEXT,
    Close,
    End,
    Event,
    GoAway,
    MaxStreams,
    Next,
    RequestWindow,
    Resend,
    Reset,
    Script,
    Step,
    Wait,
)

Attest = Callable[[str, str], None]
"""Called with a rule's id and the action, as `Fault.action` has them."""

ENDINGS = (End, Reset, Close)
"""The steps that nothing follows."""


class Layer(NamedTuple):
    """One rule's script over one answer.

    `patient`: what it keeps and then says as it was is no touch, however late it comes.
    """

    rule_id: str
    script: Script
    patient: bool = False


def compose(layers: Sequence[Layer], attest: Attest) -> Script:
    """Make one script of several, outermost first; closing it closes them all."""
    with ExitStack() as scripts:
        for layer in layers:
            scripts.enter_context(closing(layer.script))
        yield from _converse([_Actor(layer, attest) for layer in layers])


class _Speaker(Protocol):
    def speak(self, given: Step | None) -> Step | Next | None:
        """Say the next step, given the honest one that was asked for; None: nothing more to say."""


def _converse(speakers: list[_Speaker]) -> Script:
    depth, given = 0, None
    while True:
        said = speakers[depth].speak(given) if depth < len(speakers) else (yield NEXT)
        given = None
        if said is None:
            del speakers[depth]
        elif isinstance(said, Next):
            depth += 1
        elif depth == 0 or isinstance(said, Wait | Resend):
            yield said
            if isinstance(said, ENDINGS):
                return
        else:
            if isinstance(said, ENDINGS):
                speakers[depth:] = [_Ended(said)]
            depth, given = depth - 1, said


class _Ended:
    """All that lies below an ending: it can only be told again."""

    def __init__(self, ending: Step) -> None:
        self._ending = ending

    def speak(self, given: Step | None) -> Step:  # noqa: ARG002 - nothing is given below the end
        return self._ending


class _Actor:
    """A layer while it speaks, watched."""

    def __init__(self, layer: Layer, attest: Attest) -> None:
        self._rule_id, self._script, self._patient = layer
        self._attest = attest
        self._attested = False
        self._held: deque[Step] = deque()

    def speak(self, given: Step | None) -> Step | Next | None:
        if given is not None:
            self._held.append(given)
        said = self._resume(given)
        while isinstance(said, Wait) and said.seconds <= 0:
            said = self._resume(None)
        if said is None or said is NEXT:
            return self._move_on(said)
        if self._held and (said is self._held[0] or said == self._held[0]):
            self._held.popleft()
        elif self._held and (rest := _rest_of(self._held[0], said)) is not None:
            self._held[0] = rest
        else:
            self._witness(_action(said))
        return said

    def _resume(self, given: Step | None) -> Step | Next | None:
        try:
            return next(self._script) if given is None else self._script.send(given)
        except StopIteration:
            return None

    def _move_on(self, said: Next | None) -> Next | None:
        ended = bool(self._held) and isinstance(self._held[-1], ENDINGS)
        if said is NEXT and self._patient and not ended:
            return said
        if len(self._held) > ended:
            self._witness("withheld")
        self._held.clear()
        return None if ended else said

    def _witness(self, action: str) -> None:
        if not self._attested:
            self._attested = True
            self._attest(self._rule_id, action)


def _rest_of(honest: Step, said: Step) -> Event | None:
    """Return what is to follow of an honest event of which this is the beginning, None for none."""
    if not isinstance(said, Event) or said.rest is None or not isinstance(honest, Event):
        return None
    return said.rest if said.data + said.rest.data == honest.data else None


_ACTIONS: Final[dict[type[Step], str]] = {
    MaxStreams: "delayed",
    RequestWindow: "withheld",
    Resend: "replayed",
    Reset: "reset",
    GoAway: "reset",
    End: "truncated",
    Close: "truncated",
}


def _action(said: Step) -> str:
    """Name what a step that is not the honest one does to a client."""
    if isinstance(said, Wait):
        return "withheld" if math.isinf(said.seconds) else "delayed"
    return _ACTIONS.get(type(said), "answered")
