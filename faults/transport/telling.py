"""Plays a script inside a client, in threads and in coroutines: what to tell next, and when.

The waiting and the asking belong to whoever plays: `Telling` takes turns with the script, and says
what is to be done. When faults are taken away, what was held is told and the rest passes.
"""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from faults.layers import ENDINGS
from faults.owing import settle
from faults.steps import End, Next, Script, Step, Wait

POLL_S = 0.05
"""How often a coroutine that is held looks whether faults were taken away."""


class TimedOutError(Exception):
    """The client's own limit for silence was reached while a fault held it."""


class Patience:
    """How long a client bears to hear nothing, and until when a fault may hold it at all.

    `silence_s`: its read timeout, `inf` for none. `hold_s`: how long an endless wait lasts.
    """

    def __init__(self, silence_s: float, hold_s: Callable[[], float]) -> None:
        self._silence_s = self._left_s = silence_s
        self._hold_s = hold_s

    def spend(self, seconds: float) -> tuple[float, bool]:
        """Return how long to wait of so many seconds, and whether the client gives up then."""
        wanted_s = self._hold_s() if math.isinf(seconds) else seconds
        spent_s = max(0.0, min(wanted_s, self._left_s))
        gives_up = wanted_s >= self._left_s
        self._left_s -= spent_s
        return spent_s, gives_up

    def renew(self) -> None:
        """Begin anew: the client has heard something."""
        self._left_s = self._silence_s


class Telling:
    """One answer under faults, turn by turn; `unseen`: no event of it can be seen, after all."""

    def __init__(self, script: Script, unseen: Callable[[], bool]) -> None:
        self.unseen = unseen
        self._script = script
        self._owed: list[Step] = []
        self._given: Step | None = None

    def turn(self) -> Step | Next:
        """Return what comes next: a step to tell, a wait, or the honest answer's turn."""
        given, self._given = self._given, None
        said = next(self._script) if given is None else self._script.send(given)
        if not isinstance(said, Next | Wait):
            settle(self._owed, said)
        return said

    def give(self, step: Step) -> None:
        """Take the honest answer's next step."""
        self._owed.append(step)
        self._given = step

    def let_go(self) -> list[Step]:
        """Close the script; return what it held back of the honest answer."""
        self._script.close()
        owed, self._owed = self._owed, []
        return owed

    def close(self) -> None:
        """Close the script: nobody listens any more."""
        self._script.close()


def tell(
    telling: Telling,
    honest: Iterator[Step],
    wait: Callable[[float], bool],
    patience: Patience,
) -> Iterator[Step]:
    """Yield what the client gets, with the waits waited out; ends with an ending.

    `wait` returns True once faults are taken away. Raises TimedOutError, and whatever asking the
    provider raises.
    """
    try:
        freed = False
        while not (freed or telling.unseen()):
            said = telling.turn()
            if isinstance(said, Next):
                telling.give(next(honest, End()))
            elif isinstance(said, Wait):
                freed = _waited(wait, said.seconds, patience)
            else:
                yield said
                patience.renew()
                if isinstance(said, ENDINGS):
                    return
        yield from telling.let_go()
        yield from honest
    finally:
        telling.close()


def _waited(wait: Callable[[float], bool], seconds: float, patience: Patience) -> bool:
    spent_s, gives_up = patience.spend(seconds)
    freed = wait(spent_s)
    if gives_up and not freed:
        raise TimedOutError
    return freed


async def tell_async(
    telling: Telling,
    honest: AsyncIterator[Step],
    wait: Callable[[float], Awaitable[bool]],
    patience: Patience,
) -> AsyncIterator[Step]:
    """Yield what the client gets, as `tell` does."""
    try:
        freed = False
        while not (freed or telling.unseen()):
            said = telling.turn()
            if isinstance(said, Next):
                telling.give(await anext(honest, End()))
            elif isinstance(said, Wait):
                freed = await _waited_async(wait, said.seconds, patience)
            else:
                yield said
                patience.renew()
                if isinstance(said, ENDINGS):
                    return
        for held in telling.let_go():
            yield held
        async for step in honest:
            yield step
    finally:
        telling.close()


async def _waited_async(
    wait: Callable[[float], Awaitable[bool]], seconds: float, patience: Patience
) -> bool:
    spent_s, gives_up = patience.spend(seconds)
    freed = await wait(spent_s)
    if gives_up and not freed:
        raise TimedOutError
    return freed
