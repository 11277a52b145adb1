"""The arrival processes there are, by name."""

from functools import cache

import msgspec

from loadgen import arrivals
from loadgen.arrival import Arrivals
from loadgen.config import Reference
from telemetry import plugins


@cache
def arrivals_classes() -> dict[str, type[Arrivals]]:
    """Return every arrival process by its name."""
    return plugins.classes(arrivals, Arrivals)


def make_arrivals(reference: Reference) -> Arrivals:
    """Build an arrival process from `{name: parameters}`; KeyError or ValueError if wrong."""
    ((name, parameters),) = reference.items()
    return msgspec.convert(parameters, arrivals_classes()[name])
