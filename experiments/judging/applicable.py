"""Where a fault was to act and could not: an answer in a coding in which no event can be seen."""

from collections import Counter
from collections.abc import Collection

from telemetry.record import Record

NOT_APPLICABLE = "fault_not_applicable"


def told_not_applicable(record: Record, faults: Collection[str]) -> str:
    """Say of these faults on how many answers they could not act, and why; empty for none."""
    events = [event for event in record.named(NOT_APPLICABLE) if event.subject in faults]
    if not events:
        return ""
    reasons = Counter(str(event.facts.get("reason")) for event in events)
    why = "; ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    return f"{', '.join(sorted({e.subject for e in events}))} could not act on: {why}"
