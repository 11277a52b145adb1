"""When faults were active, and how many attempts they changed."""

from collections.abc import Iterator

from telemetry import names
from telemetry.exchange import Exchange
from telemetry.metering.facts import FaultFacts, RunFacts
from telemetry.metering.family import Family, Now, attempt_exemplar
from telemetry.metering.point import Attributes, Measured, gauge, known
from telemetry.metering.series import Counts
from telemetry.record import EventFact

NOT_KNOWN = FaultFacts(kind="")


class Faults(Family):
    """Follows the injector's own record of its windows."""

    name = "faults"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with every fault of the experiment inactive."""
        super().__init__(facts)
        self._touched = Counts(names.FAULT_TOUCHED)
        self._active = {
            (fault, endpoint): 0
            for fault, told in facts.faults.items()
            for endpoint in told.endpoints
        }

    def happen(self, event: EventFact) -> None:
        """Take a window's start or end; a killed injector holds no fault any more."""
        if event.name in ("window_start", "window_end"):
            for endpoint in str(event.facts.get("endpoints") or "").split(","):
                self._active[event.subject, endpoint] = int(event.name == "window_start")
        elif event.name == "run_end":
            self._active = dict.fromkeys(self._active, 0)

    def end(self, exchange: Exchange) -> None:
        """Count the attempts that faults changed, each once per fault."""
        for attempt in exchange.attempts:
            for touch in {touch.fault: touch for touch in reversed(attempt.touches)}.values():
                of = (
                    *self._told(touch.fault, attempt.endpoint),
                    (names.FAULT_ACTION, touch.action),
                )
                self._touched.add(of, exemplar=attempt_exemplar(exchange, attempt))

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield which faults are active, and the attempts that they changed."""
        yield gauge(
            names.FAULT_ACTIVE,
            ((self._told(*where), active) for where, active in self._active.items()),
        )
        yield self._touched.measured()

    def _told(self, fault: str, endpoint: str) -> Attributes:
        kind = self.facts.faults.get(fault, NOT_KNOWN).kind
        return known({names.FAULT_ID: fault, names.FAULT_KIND: kind, names.ENDPOINT: endpoint})
