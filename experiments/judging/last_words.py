"""What a record says of the whole run: how many exchanges were planned, whether faults are left."""

from telemetry.record import Record


def planned_count(record: Record) -> int | None:
    """Return how many exchanges were planned: the conductor's word, else the workers'."""
    for name in ("plan", "generator_end"):
        counts = [event.facts.get("planned") for event in record.named(name)]
        known = [count for count in counts if isinstance(count, int)]
        if known:
            return sum(known)
    return None


def faults_left(record: Record) -> int | None:
    """Return how many faults could not be removed; None when the record does not say."""
    counts = [event.facts.get("faults_left") for event in record.named("run_end")]
    known = [count for count in counts if isinstance(count, int)]
    return max(known) if known and len(known) == len(counts) else None
