"""From windows that somebody told, or that were inferred, to what they touched; pure.

Nothing attests a fault in the traces of others: touched is what failed at a window's endpoint while
the window was open, and every figure that rests on it is marked as inferred.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from telemetry.exchange import Attempt, Exchange, Touch
from telemetry.record import EventFact

FAILED = "failed"
"""What an inferred touch says was done: nothing is known but that."""
SPOOL = "traces"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One fault window: where and when; ns since the epoch.

    `start_within` and `end_within`: where the truth must lie, for one that was inferred. `note`
    says what it rests on. `open`: its end was not seen. `faults`: those that attest it, if any do.
    """

    id: str
    endpoints: tuple[str, ...]
    start_ns: int
    end_ns: int
    share: float = 1.0
    inferred: bool = False
    start_within: tuple[int, int] = (0, 0)
    end_within: tuple[int, int] = (0, 0)
    open: bool = False
    note: str = ""
    faults: tuple[str, ...] = ()

    def earliest(self) -> "Told":
        """Return the window with both edges as early as they can be."""
        return self._at(0)

    def latest(self) -> "Told":
        """Return the window with both edges as late as they can be."""
        return self._at(1)

    def _at(self, edge: int) -> "Told":
        if not self.inferred:
            return self
        return replace(self, start_ns=self.start_within[edge], end_ns=self.end_within[edge])


def events_of(windows: Iterable[Told]) -> Iterator[EventFact]:
    """Yield what an injector would have recorded of the windows."""
    for window in windows:
        for fault in window.faults or (window.id,):
            facts: dict[str, str | int | float | bool | None] = {
                "group": window.id,
                "endpoints": ",".join(window.endpoints),
                "share": window.share,
            }
            for name, at_ns in (("window_start", window.start_ns), ("window_end", window.end_ns)):
                yield EventFact(spool=SPOOL, name=name, at_ns=at_ns, subject=fault, facts=facts)


def touched(exchanges: Iterable[Exchange], windows: Sequence[Told]) -> tuple[Exchange, ...]:
    """Return the exchanges with what failed at a window's endpoint while it was open."""
    guessing = [window for window in windows if not window.faults]
    return tuple(
        replace(e, attempts=tuple(_touched(attempt, guessing) for attempt in e.attempts))
        for e in exchanges
    )


def _touched(attempt: Attempt, windows: Sequence[Told]) -> Attempt:
    end_ns = attempt.begin_ns if attempt.end_ns is None else attempt.end_ns
    found = [
        Touch(
            fault=window.id,
            action=FAILED,
            at_ns=max(attempt.begin_ns, window.start_ns),
            inferred=True,
        )
        for window in windows
        if attempt.outcome.worth_another_endpoint
        and attempt.endpoint in window.endpoints
        and attempt.begin_ns < window.end_ns
        and end_ns >= window.start_ns
    ]
    return replace(attempt, touches=(*attempt.touches, *found)) if found else attempt
