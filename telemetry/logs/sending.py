"""The log of a run to an OTLP backend while it goes on; what is not taken waits and comes again."""

from collections.abc import Callable

from telemetry.assembly import NO_CLOCK
from telemetry.clock import ClockPair, nanoseconds
from telemetry.logs.fact import LogFact
from telemetry.logs.live import LiveLog
from telemetry.logs.otlp import LogSender
from telemetry.rows import AnyRow

AGAIN_NS = nanoseconds(5.0)
"""How long a backend that took nothing is left alone."""


class SendingLog:
    """A sink of rows; the log is bounded, so what waits for a dead backend is, too."""

    def __init__(self, sender: Callable[[ClockPair], LogSender]) -> None:
        """`sender` is made once the run's clock is known."""
        self._make = sender
        self._sender: LogSender | None = None
        self._clock = NO_CLOCK
        self._live = LiveLog(self._keep)
        self._waiting: list[LogFact] = []
        self._not_before_ns = 0

    @property
    def waiting(self) -> int:
        """How many events no backend has taken yet."""
        return len(self._waiting)

    def take(self, spool: str, row: AnyRow) -> None:
        """Take one row of the named spool."""
        self._live.take(spool, row)

    def flush(self, now_ns: int) -> None:
        """Send what is due by `now_ns`, unless the backend has just refused."""
        self._live.flush(now_ns)
        if now_ns >= self._not_before_ns and not self._send():
            self._not_before_ns = now_ns + AGAIN_NS

    def close(self) -> None:
        """Try once more to send everything; what `waiting` counts then was not taken."""
        self._live.close()
        self._send()
        if self._sender is not None:
            self._sender.close()

    def _keep(self, fact: LogFact, clock: ClockPair) -> None:
        self._clock = clock
        self._waiting.append(fact)

    def _send(self) -> bool:
        if not self._waiting:
            return True
        if self._sender is None:
            self._sender = self._make(self._clock)
        before = self._sender.sent
        taken = self._sender.send(self._waiting)
        del self._waiting[: self._sender.sent - before]
        return taken
