"""A thread that sends one batch at a time, so that nobody else waits for a backend."""

import queue
import threading
from collections.abc import Sequence

from telemetry.exporting.batches import Sent, Unit, send
from telemetry.exporting.delivery import Deliver


class Courier:
    """Takes a batch when it is idle, and tells later what became of it."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._batches: queue.SimpleQueue[Sequence[Unit]] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self.idle = True
        # A daemon: a call that does not end must not keep the process.
        threading.Thread(target=self._work, name="courier", daemon=True).start()

    def post(self, batch: Sequence[Unit]) -> None:
        """Send a batch; only while idle."""
        self.idle = False
        self._batches.put(batch)

    def result(self, within_s: float = 0.0) -> Sent | None:
        """Return what became of the batch under way, waiting so long for it at the most."""
        try:
            sent = self._results.get(timeout=within_s) if within_s else self._results.get_nowait()
        except queue.Empty:
            return None
        self.idle = True
        return sent

    def _work(self) -> None:
        while True:
            self._results.put(send(self._batches.get(), self._deliver))
