"""One direction of a connection: the toxics on it in their order, and back-pressure."""

import hashlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from faults.dice import draw
from faults.plain.catalog import make_toxic
from faults.plain.orders import Toxin
from faults.plain.stage import Sink, Stage
from faults.plain.toxic import Ending

HELD_BYTES: Final = 65_536
"""How much may wait in a direction before its sender is not read any more."""

Touch = Callable[[str], None]


class Link:
    """Carries what one side says to the other, through a stage per toxic that drew it.

    A connection is drawn once per toxic, by seed, id and connection number, whatever is changed
    about the toxic later.
    """

    def __init__(self, sink: Sink, seed: int, connection: int, touch: Touch) -> None:
        self._sink = sink
        self._seed = seed
        self._connection = connection
        self._touch = touch
        self._stages: dict[str, tuple[Toxin, Stage]] = {}
        self.ended: Ending | None = None

    @property
    def is_full(self) -> bool:
        """So much waits here that its sender should not be read."""
        return sum(stage.held for _, stage in self._stages.values()) > HELD_BYTES

    def take(self, data: bytes) -> None:
        """Carry the next bytes."""
        self._first().take(data)

    def end(self, ending: Ending) -> None:
        """Carry the end."""
        self._first().end(ending)

    def arrange(self, toxins: Sequence[Toxin]) -> bool:
        """Have these toxics from now on; False when one that goes cannot be lived without.

        What a toxic held that goes or changes is sent on. Those that stay keep their place.
        """
        wanted = {one.id: one for one in toxins if self._draws(one)}
        survives = True
        for key in list(self._stages):
            if key not in wanted:
                survives = self._remove(key) and survives
        for key, one in wanted.items():
            before = self._stages.get(key)
            if before is None or before[0] != one:
                self._place(one, None if before is None else before[1])
        return survives

    def stop(self) -> None:
        """Forget everything: the connection is over."""
        for _, stage in self._stages.values():
            stage.stop()

    def _draws(self, one: Toxin) -> bool:
        if one.toxicity >= 1:
            return True
        return draw(self._seed, one.id, str(self._connection), "") < one.toxicity

    def _remove(self, key: str) -> bool:
        _, stage = self._stages[key]
        stage.release()
        del self._stages[key]
        self._chain()
        return not stage.shaper.spoiled

    def _place(self, one: Toxin, former: Stage | None) -> None:
        if former is not None:
            former.release()
        toxic = make_toxic(one.kind, one.attributes)
        dice = Random(self._dice_seed(one.id))
        shaper = toxic.shaper(dice, None if former is None else former.shaper)
        self._stages[one.id] = (one, Stage(shaper, self._sink, lambda: self._touch(one.id)))
        self._chain()

    def _dice_seed(self, key: str) -> int:
        told = f"{self._seed}/{key}/{self._connection}".encode()
        return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big")

    def _chain(self) -> None:
        after: Sink = self._sink
        for _, stage in reversed(self._stages.values()):
            stage.after = after
            after = stage

    def _first(self) -> Sink:
        return next((stage for _, stage in self._stages.values()), self._sink)
