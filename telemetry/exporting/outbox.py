"""What waits for one backend: posted batch by batch, noted when taken, never waited for."""

import sys
import time
from collections import deque
from collections.abc import Iterable

from telemetry.clock import nanoseconds, now_ns
from telemetry.exporting.batches import Sent, Unit, batched
from telemetry.exporting.courier import Courier
from telemetry.exporting.delivery import Answer, Delivery
from telemetry.exporting.ledger import Ledger

POST_EVERY_NS = nanoseconds(1.0)
MOST_WAITING = 5_000
"""Units that wait for a slow backend; later ones are left to be sent from the record."""

SHORTEST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0


class Outbox:
    """The units of one signal, in their order.

    `sent` counts the spans, or whatever they are, that were taken.
    """

    def __init__(self, delivery: Delivery, ledger: Ledger, address: str) -> None:
        """`address` names the backend to a person."""
        self._delivery = delivery
        self._ledger = ledger
        self._address = address
        self._courier = Courier(delivery.deliver)
        self._waiting: deque[Unit] = deque()
        self._posted: list[Unit] = []
        self._not_before_ns = self._failures = 0
        self._refused = False
        self._said = ""
        self._dropped = self.sent = 0

    @property
    def left(self) -> int:
        """How much of what was added was not taken, as far as is known."""
        return self._dropped + sum(len(unit.spans) for unit in (*self._posted, *self._waiting))

    @property
    def is_empty(self) -> bool:
        """Whether all that was added was taken."""
        return not self.left

    @property
    def reason(self) -> str:
        """Why not all was taken: what the backend last said; nothing where all was."""
        return "" if self.is_empty else self._said or f"{self._address}: no answer yet"

    def add(self, units: Iterable[Unit]) -> None:
        """Put units at the end."""
        for unit in units:
            if self._refused or len(self._waiting) >= MOST_WAITING:
                self._dropped += len(unit.spans)
            else:
                self._waiting.append(unit)

    def flush(self, now_ns: int) -> None:
        """Note what was taken, and post the next batch if it is time."""
        self._hear(self._courier.result())
        if self._courier.idle and self._waiting and now_ns >= self._not_before_ns:
            self._not_before_ns = now_ns + POST_EVERY_NS
            self._post()

    def close(self, within_s: float) -> None:
        """Post all that is left, for so long at the most, and let go of the backend."""
        deadline = time.monotonic() + within_s
        while (left_s := deadline - time.monotonic()) > 0 and not self._refused:
            if self._courier.idle and not self._waiting:
                break
            if self._courier.idle and now_ns() >= self._not_before_ns:
                self._post()
            self._hear(self._courier.result(min(left_s, 0.05)))
        self._hear(self._courier.result())
        self._delivery.close()

    def save(self) -> None:
        """Write down what was taken."""
        try:
            self._ledger.save()
        except OSError as error:  # a full disk: what is not noted is sent twice
            self._said = str(error)

    def _post(self) -> None:
        batch = next(batched(self._waiting))
        for _ in batch:
            self._waiting.popleft()
        self._posted = batch
        self._courier.post(batch)

    def _hear(self, sent: Sent | None) -> None:
        if sent is None:
            return
        self._posted = []
        self.sent += sum(len(unit.spans) for unit in sent.taken)
        self._ledger.add(unit.key for unit in sent.taken if unit.key is not None)
        self.save()
        self._waiting.extendleft(reversed(sent.left))
        if sent.answer.kind == "taken" and not sent.left:
            self._failures, self._not_before_ns = 0, 0
            return
        self._failures += 1
        self._said = f"{self._address}: {sent.answer.reason or 'not taken'}"
        if sent.answer.kind != "later":
            self._refused = True
            sys.stderr.write(f"exporter: {self._said}; what is left waits for `export`\n")
        self._not_before_ns = now_ns() + nanoseconds(_wait_s(sent.answer, self._failures))


def _wait_s(answer: Answer, failures: int) -> float:
    """Return how long to leave a backend alone: as it says, else longer each time."""
    wished_s = answer.retry_after_s
    if wished_s is None:
        wished_s = SHORTEST_WAIT_S * 2.0 ** min(failures - 1, 5)
    return min(max(wished_s, SHORTEST_WAIT_S), LONGEST_WAIT_S)
