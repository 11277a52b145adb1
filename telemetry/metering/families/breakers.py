"""How many replicas hold an endpoint's breaker closed, open or half open."""

from collections import Counter
from collections.abc import Iterator

from telemetry import names
from telemetry.metering.facts import RunFacts
from telemetry.metering.family import Family, Now
from telemetry.metering.point import Measured, gauge, known
from telemetry.record import EventFact

CLOSED = "closed"
STATES = (CLOSED, "open", "half_open")


class Breakers(Family):
    """Keeps the last state of every breaker; one that never changed is closed."""

    name = "breakers"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with all of them closed."""
        super().__init__(facts)
        self._states: dict[str, dict[int, str]] = {name: {} for name in facts.endpoints}

    def happen(self, event: EventFact) -> None:
        """Take a breaker's change of state."""
        if event.name == "breaker":
            replica = int(event.facts.get("replica") or 0)
            states = self._states.setdefault(event.subject, {})
            states[replica] = str(event.facts.get("state") or CLOSED)

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield the replicas by endpoint and state; nothing where the route is not ours."""
        replicas = self.facts.replicas
        counted = {
            endpoint: Counter({CLOSED: replicas - len(states)}) + Counter(states.values())
            for endpoint, states in self._states.items()
            if replicas
        }
        yield gauge(
            names.BREAKERS,
            (
                (known({names.ENDPOINT: endpoint, names.BREAKER_STATE: state}), found[state])
                for endpoint, found in counted.items()
                for state in STATES
            ),
        )
