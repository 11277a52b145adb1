"""Time as every process of a run records it: CLOCK_MONOTONIC nanoseconds of one host."""

import socket
import time

import msgspec

NS_PER_S = 1_000_000_000


class ClockPair(msgspec.Struct, frozen=True, kw_only=True):
    """One host's monotonic and wall clock, read together; serves display and export only."""

    host: str
    monotonic_ns: int
    wall_ns: int

    def wall(self, monotonic_ns: int) -> int:
        """Return the wall time in ns since the epoch at which `monotonic_ns` was read."""
        return self.wall_ns + (monotonic_ns - self.monotonic_ns)


def read_clock_pair() -> ClockPair:
    """Read both clocks of this host."""
    return ClockPair(host=socket.gethostname(), monotonic_ns=now_ns(), wall_ns=time.time_ns())


def now_ns() -> int:
    """Read CLOCK_MONOTONIC in ns: shared by all processes of a host."""
    return time.monotonic_ns()


def seconds(ns: int) -> float:
    """Convert nanoseconds to seconds."""
    return ns / NS_PER_S


def nanoseconds(seconds_: float) -> int:
    """Convert seconds to nanoseconds."""
    return round(seconds_ * NS_PER_S)
