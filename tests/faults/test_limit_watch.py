"""Limits are told of: once for the end of the run, every second for the record."""

import msgspec

from faults.config import InjectorConfig, Limits, Listener, Price
from faults.limit_watch import LimitWatch, limiter_of
from telemetry.clock import NS_PER_S
from telemetry.recorder import Recorder
from telemetry.rows import Event, decode_row

LISTENER = Listener(endpoint="azure", dialect={"azure-openai": {}}, upstream="http://127.0.0.1:1")
CONFIG = InjectorConfig(seed=1, run_tag="0a0b0c0d", listeners=(LISTENER,))


def test_nothing_is_counted_where_nothing_is_limited_or_priced() -> None:
    assert limiter_of(CONFIG) is None
    priced = msgspec.structs.replace(LISTENER, price=Price(output_per_million=1))
    assert limiter_of(msgspec.structs.replace(CONFIG, listeners=(priced,))) is not None
    assert limiter_of(msgspec.structs.replace(CONFIG, limits=Limits(max_requests=1))) is not None


def test_spending_is_on_record_once_a_second_and_a_limit_once() -> None:
    written: list[bytes] = []
    recorder = Recorder(lambda data: written.append(data) or len(data), "injector")  # type: ignore[func-returns-value]  # None is falsy
    limiter = limiter_of(msgspec.structs.replace(CONFIG, limits=Limits(max_requests=1)))
    watch = LimitWatch(limiter, recorder)
    assert limiter is not None
    watch.report(0)
    watch.report(NS_PER_S // 2)
    for _ in range(2):
        limiter.admit("azure", 1, 1, 0)
    watch.reached()
    watch.reached()
    watch.report(NS_PER_S)
    rows = [decode_row(line) for line in b"".join(written).splitlines()]
    events = [
        (row.name, row.subject, row.facts["requests"]) for row in rows if isinstance(row, Event)
    ]
    assert events == [
        ("spend", "", 0),
        ("limit_reached", "max_requests", 1),
        ("spend", "max_requests", 1),
    ]
