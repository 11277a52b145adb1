"""Which phase of the run it is."""

from collections.abc import Iterator

from telemetry import names
from telemetry.exchange import Phase
from telemetry.metering.facts import RunFacts
from telemetry.metering.family import Family, Now
from telemetry.metering.point import Measured, gauge, known
from telemetry.record import EventFact
from telemetry.run_spans import phase_told


class Phases(Family):
    """Knows the phases from their events."""

    name = "phases"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with none."""
        super().__init__(facts)
        self._phases: list[Phase] = []

    def happen(self, event: EventFact) -> None:
        """Learn a phase."""
        phase = phase_told(event)
        if phase is not None:
            self._phases.append(phase)

    def readings(self, now: Now) -> Iterator[Measured]:
        """Yield 1 for the phase that it is, 0 for the others."""
        yield gauge(
            names.PHASE_ACTIVE,
            (
                (known({names.PHASE: one.name}), int(one.start_ns <= now.at_ns < one.end_ns))
                for one in self._phases
            ),
        )
