"""Where an exporter process puts what it reads: one sink per signal."""

from typing import Protocol

from telemetry.rows import AnyRow


class Sink(Protocol):
    """Takes a run's rows as they are written and sends something made of them.

    Nothing here may wait for a backend but `close`, and that not beyond its time.
    """

    def take(self, spool: str, row: AnyRow) -> None:
        """Take one row of the named spool; all rows of a spool come in order, from its first."""

    def flush(self, now_ns: int) -> None:
        """Send what is due at this moment; called several times a second."""

    def close(self, within_s: float) -> dict[str, int | str]:
        """Send what is left, for so long at the most; returns what became of it, by name.

        The counts are put on the run's record, `reason` says why anything was not sent.
        """
