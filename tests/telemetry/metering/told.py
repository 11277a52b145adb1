"""Short ways to a meter's counts in tests: what was counted under which attribute."""

from collections import Counter
from collections.abc import Iterator

from telemetry.metering.facts import RunFacts
from telemetry.metering.point import Number, Reading, Spread
from tests.telemetry.synthetic import RUN_TAG

FACTS = RunFacts(run_id=f"20260101T000000Z-test-{RUN_TAG}", run_tag=RUN_TAG, experiment="test")


def points(reading: Reading, name: str) -> Iterator[Number | Spread]:
    """Yield a metric's points; none where it was not measured."""
    for one in reading.metrics:
        if one.name == name:
            yield from one.points


def counts(reading: Reading, name: str, attribute: str) -> Counter[object]:
    """Return a counter's values, or a histogram's counts, added up by one attribute."""
    found: Counter[object] = Counter()
    for point in points(reading, name):
        value = point.value if isinstance(point, Number) else point.count
        found[dict(point.attributes).get(attribute)] += int(value)
    return found
