"""Which of the requests that are meant a rule takes, by their number. Pure."""

from typing import Annotated

import msgspec

Natural = Annotated[int, msgspec.Meta(ge=1)]


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Requests per endpoint, among those that are meant.

    The first `after_n` are left alone; of those behind them `first_n` count, and of these every
    `every_nth`. Of what the dice leave, `max_injections` are touched in all, and no more than
    `max_active` at once.
    """

    after_n: Annotated[int, msgspec.Meta(ge=0)] = 0
    first_n: Natural | None = None
    every_nth: Natural = 1
    max_injections: Natural | None = None
    max_active: Natural | None = None

    @property
    def orders(self) -> bool:
        """It goes by the order of arrival."""
        return bool(self.after_n) or self.first_n is not None or self.every_nth > 1

    @property
    def shared(self) -> bool:
        """It counts what several processes can count together."""
        return self.orders or self.max_injections is not None

    def has_turn(self, number: int) -> bool:
        """Tell whether the request of this number, from 1, is one of them."""
        behind = number - self.after_n
        early = self.first_n is None or behind <= self.first_n
        return behind > 0 and early and behind % self.every_nth == 0

    def at_most(self, arrivals: int, share: float = 1.0) -> float:
        """Return how many of so many requests could be touched, if dice leave a share of them."""
        behind = max(0, arrivals - self.after_n)
        early = behind if self.first_n is None else min(behind, self.first_n)
        turns = share * (early // self.every_nth)
        return turns if self.max_injections is None else min(turns, self.max_injections)


COUNTS = tuple(field.name for field in msgspec.structs.fields(Counts))
