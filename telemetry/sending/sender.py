"""What readings are sent to, and a thread that sends, so that a slow backend holds up nobody."""

import threading
import time
from typing import Protocol

import msgspec

from telemetry.exporting.delivery import Answer
from telemetry.metering.point import Reading

SHORTEST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0


class Sender(Protocol):
    """A backend for readings; `where` names it to people, without credentials."""

    where: str

    def send(self, reading: Reading) -> Answer:
        """Send a reading and return what was said to it; may block for the backend's timeout."""

    def close(self) -> None:
        """Give up what is being sent, in whatever thread, and take no more."""


class Became(msgspec.Struct, frozen=True, kw_only=True):
    """What became of readings: whether the last was taken, and the backend's last word if not."""

    sent: int = 0
    last_taken: bool = True
    reason: str = ""


class Outlet(Protocol):
    """Where a run's readings go while it goes on; `every_s` tells how often it wants one."""

    every_s: float

    def post(self, reading: Reading) -> None:
        """Hand over a reading, without waiting for anybody."""

    def close(self, within_s: float) -> Became:
        """See the last reading off, for so long at the most."""


class Courier:
    """Sends the latest reading in a thread of its own.

    Points are cumulative: what a busy or dead backend did not get, the next reading that it takes
    says too. One that wants to be asked later is, and one that refuses is asked ever less often.
    """

    def __init__(self, sender: Sender, every_s: float) -> None:
        """Begin; `sender` is the thread's from now on."""
        self.every_s = every_s
        self._sender = sender
        self._became = Became()
        self._failures = 0
        self._not_before_s = 0.0
        self._latest: Reading | None = None
        self._closing = False
        self._changed = threading.Condition()
        # A daemon: a call that does not end must not keep the process.
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._thread.start()

    def post(self, reading: Reading) -> None:
        """Hand over a reading; one that was not sent yet is replaced."""
        with self._changed:
            self._latest = reading
            self._changed.notify()

    def close(self, within_s: float) -> Became:
        """Send what was handed over last, whatever was said to the ones before, and end."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(within_s)
        self._sender.close()
        if not self._thread.is_alive():
            return self._became
        reason = self._became.reason or f"{self._sender.where}: no answer"
        return msgspec.structs.replace(self._became, last_taken=False, reason=reason)

    def _run(self) -> None:
        while (reading := self._next()) is not None:
            self._hear(self._sender.send(reading))

    def _next(self) -> Reading | None:
        """Wait for a reading that is due; None when there are no more."""
        with self._changed:
            while not self._closing:
                wait_s = self._not_before_s - time.monotonic()
                if self._latest is not None and wait_s <= 0:
                    break
                self._changed.wait(None if self._latest is None else wait_s)
            reading, self._latest = self._latest, None
            return reading

    def _hear(self, answer: Answer) -> None:
        taken = answer.kind == "taken"
        self._failures = 0 if taken else self._failures + 1
        self._became = Became(
            sent=self._became.sent + taken,
            last_taken=taken,
            reason=f"{self._sender.where}: {answer.reason}" if answer.reason else "",
        )
        self._not_before_s = 0.0 if taken else time.monotonic() + wait_s(answer, self._failures)


def wait_s(answer: Answer, failures: int) -> float:
    """Return how long to leave a backend alone: as it says, else longer each time."""
    wished_s = answer.retry_after_s
    if wished_s is None:
        wished_s = SHORTEST_WAIT_S * 2.0 ** min(failures - 1, 5)
    return min(max(wished_s, SHORTEST_WAIT_S), LONGEST_WAIT_S)
