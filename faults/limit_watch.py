"""Tells of the limits while a run goes: what is spent, and that the run is to stop."""

import contextlib

from faults.config import InjectorConfig, Price
from faults.limits import Limiter
from telemetry.clock import NS_PER_S, now_ns
from telemetry.leash import say_ready
from telemetry.recorder import Recorder
from telemetry.rows import Event

REPORT_EVERY_NS = NS_PER_S


def limiter_of(config: InjectorConfig) -> Limiter | None:
    """Return the limiter of a configuration; None where nothing is limited or priced."""
    limits = config.limits
    prices = {listener.endpoint: listener.price for listener in config.listeners}
    limited = (limits.max_requests, limits.max_attempts_per_s, limits.max_spend)
    if all(limit is None for limit in limited) and set(prices.values()) <= {Price()}:
        return None
    return Limiter(limits, prices)


class LimitWatch:
    """Records what attempts cost, and asks once for the run's end when a limit is reached."""

    def __init__(self, limiter: Limiter | None, recorder: Recorder) -> None:
        self.limiter = limiter
        self._recorder = recorder
        self._told = False
        self._due_ns = 0

    def reached(self) -> None:
        """Hear that an attempt was refused: the first time, the run is to be aborted."""
        limiter = self.limiter
        if limiter is None or self._told:
            return
        self._told = True
        self._record("limit_reached", limiter)
        with contextlib.suppress(OSError, KeyError):
            say_ready({"abort": limiter.says()})

    def report(self, at_ns: int) -> None:
        """Record what is spent, at most once a second."""
        if self.limiter is not None and at_ns >= self._due_ns:
            self._due_ns = at_ns + REPORT_EVERY_NS
            self._record("spend", self.limiter)

    def last_report(self) -> None:
        """Record what was spent in the end."""
        if self.limiter is not None:
            self._record("spend", self.limiter)

    def _record(self, name: str, limiter: Limiter) -> None:
        facts = {
            "requests": limiter.requests,
            "spent": round(limiter.spent, 9),
            "reserved": round(limiter.reserved, 9),
        }
        self._recorder.record_now(
            Event(name=name, at_ns=now_ns(), subject=limiter.reached, facts={**facts})
        )
