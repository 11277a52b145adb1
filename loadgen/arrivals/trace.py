# ruff: noqa: A005 - experiment files call it `trace`, and only absolute imports reach this folder
"""Arrivals and token counts as somebody's real users caused them."""

from bisect import bisect_left
from collections.abc import Iterator
from random import Random
from typing import ClassVar, NamedTuple

from loadgen.arrival import Arrival, Arrivals, positive_rate
from loadgen.traces import TraceError, TraceRow, read_trace


class Replay(NamedTuple):
    """The rows to be replayed and how much faster than they were recorded."""

    rows: tuple[TraceRow, ...]
    start_s: float
    speed: float


class Trace(Arrivals, frozen=True, kw_only=True):
    """Questions arrive when they did in a recorded trace, with the token counts they had there.

    The slice begins `start_s` into the trace or, if given, at row `skip_rows`, and is at most
    `take_s` seconds or `take_rows` rows long. It is replayed `speed` times as fast as recorded.
    With `rate_per_s` and no `speed`, the first `rate_per_s` x duration rows of the slice are
    replayed at the speed that makes them fill the duration; with neither, as recorded.
    """

    name: ClassVar[str] = "trace"

    file: str
    speed: float | None = None
    rate_per_s: float | None = None
    start_s: float = 0.0
    skip_rows: int = 0
    take_s: float | None = None
    take_rows: int | None = None

    def __post_init__(self) -> None:
        """Refuse parameters under which nothing could arrive."""
        if self.rate_per_s is not None:
            positive_rate(self.rate_per_s)
        if self.speed is not None and not 0 < self.speed < float("inf"):
            raise ValueError(f"speed must be more than 0, not {self.speed:g}")
        if self.start_s < 0 or self.skip_rows < 0:
            raise ValueError("start_s and skip_rows cannot be negative")

    def times(self, dice: Random, duration_s: float) -> Iterator[Arrival]:  # noqa: ARG002 - recorded, not drawn
        """Return the recorded arrivals; raises TraceError."""
        replay = self.replay(duration_s)
        for row in replay.rows:
            at_s = (row.at_s - replay.start_s) / replay.speed
            # The last row of an exact fit may round to the end itself.
            if at_s < duration_s:
                yield Arrival(
                    at_s=at_s, prompt_tokens=row.prompt_tokens, output_tokens=row.output_tokens
                )

    def mean_rate_per_s(self, duration_s: float) -> float:
        """Return the replayed rows per second; raises TraceError."""
        return len(self.replay(duration_s).rows) / duration_s

    def describe(self, duration_s: float) -> str:
        """Return the file, how many rows, the speed and where it came from; raises TraceError."""
        replay = self.replay(duration_s)
        why = self._why()
        rate = len(replay.rows) / duration_s
        return (
            f"{len(replay.rows)} recorded arrivals of {self.file}, "
            f"replayed at {replay.speed:.4g} x{why}: {rate:.4g} per second on average"
        )

    def replay(self, duration_s: float) -> Replay:
        """Choose the rows and the speed for a run of `duration_s`; raises TraceError."""
        rows = self._slice()
        if self.speed is None and self.rate_per_s is not None:
            return self._fitted(rows, self.rate_per_s, duration_s)
        speed = 1.0 if self.speed is None else self.speed
        end = bisect_left(rows, rows[0].at_s + duration_s * speed, key=lambda row: row.at_s)
        return Replay(rows[:end], rows[0].at_s, speed)

    def _why(self) -> str:
        if self.speed is not None:
            return ""
        if self.rate_per_s is None:
            return " (as recorded)"
        return f" (chosen for {self.rate_per_s:g} per second)"

    def _slice(self) -> tuple[TraceRow, ...]:
        rows = read_trace(self.file)
        first = self.skip_rows or bisect_left(rows, self.start_s, key=lambda row: row.at_s)
        rows = rows[first:]
        if self.take_rows is not None:
            rows = rows[: self.take_rows]
        if rows and self.take_s is not None:
            end_s = rows[0].at_s + self.take_s
            rows = rows[: bisect_left(rows, end_s, key=lambda row: row.at_s)]
        if not rows:
            raise TraceError(f"{self.file}: the slice has no rows")
        return rows

    def _fitted(self, rows: tuple[TraceRow, ...], rate_per_s: float, duration_s: float) -> Replay:
        wanted = max(1, round(rate_per_s * duration_s))
        if len(rows) <= wanted:
            raise TraceError(
                f"{self.file}: the slice has {len(rows)} rows; {rate_per_s:g} per second "
                f"for {duration_s:g} s needs {wanted + 1}"
            )
        # n arrivals fill n gaps: the gap after the last one counts, so the next row bounds it.
        span_s = rows[wanted].at_s - rows[0].at_s
        if span_s <= 0:
            raise TraceError(f"{self.file}: the first {wanted + 1} rows have the same time")
        return Replay(rows[:wanted], rows[0].at_s, span_s / duration_s)
