"""Keeps a log short: so many of each event, the others counted; pure."""

from collections import Counter
from collections.abc import Iterator

from telemetry.logs import names as log_names
from telemetry.logs.fact import LogFact, Severity

MOST_OF_EACH = 500
"""A total outage says the same of every exchange: after so many, how many more is what matters."""


class Bounded:
    """Lets the first events of each name through."""

    def __init__(self, most: int = MOST_OF_EACH) -> None:
        self._most = most
        self._seen: Counter[str] = Counter()

    def admits(self, fact: LogFact) -> bool:
        """Tell whether an event is among the first of its name; each is asked about once."""
        self._seen[fact.event] += 1
        return self._seen[fact.event] <= self._most

    def omitted(self, at_ns: int) -> Iterator[LogFact]:
        """Yield how many were not let through, by event."""
        for event, seen in sorted(self._seen.items()):
            if seen > self._most:
                yield LogFact(
                    at_ns=at_ns,
                    severity=Severity.WARN,
                    event=log_names.OMITTED,
                    message=f"{seen - self._most} more of {event} are not written here",
                    attributes={
                        log_names.OMITTED_EVENT: event,
                        log_names.COUNT: seen - self._most,
                    },
                )
