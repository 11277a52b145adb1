"""The run itself: which it is, and whether its record is whole."""

from collections.abc import Iterator

from telemetry import names
from telemetry.metering.family import Family, Now
from telemetry.metering.point import Measured, Number, gauge, known, measured


class Run(Family):
    """Says which experiment it is."""

    name = "run"

    def readings(self, now: Now) -> Iterator[Measured]:
        """Yield a 1 that carries the run's names, and the rows that are lost."""
        facts = self.facts
        of = {
            names.EXPERIMENT: facts.experiment,
            names.RUN_TITLE: facts.title,
            names.RUN_TAG: facts.run_tag,
        }
        yield gauge(names.RUN_INFO, [(known(of), 1)])
        yield measured(names.ROWS_LOST, [Number(attributes=(), value=now.rows_lost)])
