"""From values to pixels, and the round numbers to write beside them."""

import math
from typing import Protocol

import msgspec

NICE_STEPS = (1.0, 2.0, 5.0, 10.0)
TIME_STEPS_S = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0),
)


class Scale(Protocol):
    """A mapping from a value to a pixel."""

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        ...

    def ticks(self) -> tuple[float, ...]:
        """Return the values that deserve a grid line."""
        ...


class Linear(msgspec.Struct, frozen=True):
    """`low..high` laid evenly over `start..end` pixels; values outside are drawn at the edge."""

    low: float
    high: float
    start: float
    end: float
    steps: int = 4

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        span = (self.high - self.low) or 1.0
        share = min(1.0, max(0.0, (value - self.low) / span))
        return self.start + share * (self.end - self.start)

    def ticks(self) -> tuple[float, ...]:
        """Return round values from low to high, about `steps` of them."""
        return steps_between(self.low, self.high, nice_step((self.high - self.low) / self.steps))


class Log(msgspec.Struct, frozen=True):
    """`low..high` (both above 0) laid over pixels by their logarithm."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value; at or below `low` it is the start."""
        span = math.log(self.high / self.low) or 1.0
        share = math.log(max(value, self.low) / self.low) / span
        return self.start + min(1.0, share) * (self.end - self.start)

    def ticks(self) -> tuple[float, ...]:
        """Return the 1-2-5 values between low and high, or powers of ten when those are many."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        fine = len(decades) <= 3
        values = (m * 10.0**d for d in decades for m in ((1, 2, 5) if fine else (1,)))
        return tuple(v for v in values if self.low * 0.999 <= v <= self.high * 1.001)


def nice_step(raw: float) -> float:
    """Return the smallest 1, 2 or 5 times a power of ten that is not below `raw`."""
    if raw <= 0 or not math.isfinite(raw):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in NICE_STEPS if step * power >= raw * 0.999_999)


def nice_above(value: float, floor: float) -> float:
    """Return a round top for an axis that shows `value` and is at least `floor`."""
    top = max(value, floor)
    step = nice_step(top / 4)
    return math.ceil(top / step - 1e-9) * step


def time_step(span_s: float, most: int) -> float:
    """Return the time step with at most `most` steps in the span: seconds, minutes or hours."""
    wanted = span_s / max(1, most)
    return next((step for step in TIME_STEPS_S if step >= wanted), nice_step(wanted))


def steps_between(low: float, high: float, step: float) -> tuple[float, ...]:
    """Return the multiples of `step` in [low, high]."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(index * step for index in range(first, last + 1))
