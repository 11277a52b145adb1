"""What is counted where nothing is recorded: how often each fault reached a client."""

from collections import Counter

from telemetry.recorder import Recorder
from telemetry.rows import FaultTouched, HopBegun, Row


def _forget(data: bytes) -> int:
    return len(data)


class CountingRecorder(Recorder):
    """Writes nothing, and counts: requests by endpoint, and exchanges that a fault changed."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.touched: Counter[str] = Counter()
        super().__init__(_forget, "injector")

    def record(self, row: Row) -> None:
        """Count a row that says that a request came, or that a fault changed what a client got."""
        if isinstance(row, HopBegun):
            self.asked[row.endpoint] += 1
        elif isinstance(row, FaultTouched):
            self.touched[row.fault] += 1
        super().record(row)
