"""A meter fed with rows as they come says what it says of the finished run."""

from collections import Counter

from telemetry import names
from telemetry.metering.facts import RunFacts
from telemetry.metering.feed import Feed
from telemetry.metering.point import Reading
from tests.telemetry.metering.told import counts
from tests.telemetry.scenes import BIG_NS, TAG, numbered, small_run

FACTS = RunFacts(run_id=f"20260101T000000Z-test-{TAG}", run_tag=TAG)
LATER_NS = BIG_NS + 60 * 10**9


def last(*, drop: int = -1) -> Reading:
    """Return what the small run adds up to, without one row of the worker's if told."""
    feed = Feed(FACTS)
    for spool, rows in numbered(small_run()).items():
        for index, row in enumerate(rows):
            if not (spool == "worker-0" and index == drop):
                feed.take(spool, row)
    reading = feed.last_reading(LATER_NS)
    assert reading is not None
    return reading


def test_nothing_is_told_before_a_spool_was_opened() -> None:
    assert Feed(FACTS).reading(LATER_NS) is None


def test_exchanges_count_once_and_canaries_and_bystanders_never() -> None:
    reading = last()
    assert counts(reading, names.EXCHANGES, names.EXCHANGE_OUTCOME) == Counter(ok=3)
    assert counts(reading, names.ATTEMPTS, names.ENDPOINT) == Counter(azure=3, vertex=3)
    assert counts(reading, names.FAILOVERS, names.FAILOVER_TO) == Counter(vertex=3)


def test_a_missing_row_is_told() -> None:
    assert counts(last(), names.ROWS_LOST, names.RUN_ID).total() == 0
    assert counts(last(drop=4), names.ROWS_LOST, names.RUN_ID).total() == 1


def test_what_is_ripe_is_told_while_the_run_goes_on() -> None:
    feed = Feed(FACTS)
    spools = numbered(small_run())
    for spool in ("conductor-0", "injector-0", "worker-0"):
        for row in spools[spool]:
            feed.take(spool, row)
    early, late = feed.reading(BIG_NS), feed.reading(LATER_NS)
    assert early is not None
    assert late is not None
    assert counts(early, names.EXCHANGES, names.EXCHANGE_OUTCOME).total() == 0
    assert counts(late, names.EXCHANGES, names.EXCHANGE_OUTCOME).total() == 3
