"""What every reason against a run looks at."""

from collections.abc import Callable
from typing import NamedTuple

from experiments.model import Experiment
from telemetry.exchange import Evidence
from telemetry.record import Record

BASELINE = "baseline"


class Case(NamedTuple):
    """What every reason looks at."""

    record: Record
    experiment: Experiment
    evidence: Evidence


Reason = Callable[[Case], str | None]
