"""Law: a record does not depend on the order in which rows of different spools were read."""

from hypothesis import given
from hypothesis import strategies as st

from telemetry.assembly import Assembly
from telemetry.outcome import Outcome
from telemetry.record import Record
from telemetry.rows import AnyRow, Event
from tests.telemetry.scenes import (
    BIG_NS,
    MS,
    TAG,
    Spools,
    begun,
    failover,
    finished,
    numbered,
    planned,
    small_run,
)


@st.composite
def runs(draw: st.DrawFn) -> Spools:
    """Some exchanges spread over workers and injectors, some begun twice, a listener that shuts."""
    spools = small_run()
    for number in draw(st.lists(st.integers(0, 6), max_size=5)):
        at_ns = BIG_NS + draw(st.integers(0, 50)) * MS
        for role, rows in failover(number, at_ns).items():
            name = role.replace("0", str(draw(st.integers(0, 2))))
            spools.setdefault(name, []).extend(rows[: draw(st.integers(0, len(rows)))])
    for number in draw(st.lists(st.integers(20, 25), max_size=4)):
        outcome = draw(st.sampled_from([Outcome.CONNECT_REFUSED, Outcome.STALLED]))
        rows = [planned(number, BIG_NS), begun(number, 0, "azure", BIG_NS + number)]
        spools["worker-0"] += [*rows, finished(number, 0, BIG_NS + number + 1, outcome)]
    events = st.sampled_from(["listener_closed", "listener_opened"])
    for name in draw(st.lists(events, max_size=6)):
        at_ns = BIG_NS + draw(st.integers(15, 30))
        spool = draw(st.sampled_from(sorted(spools)))
        spools[spool].append(Event(name=name, at_ns=at_ns, subject="azure", facts={"fault": "f"}))
    return numbered(spools)


@given(runs(), st.data())
def test_reading_in_any_order_gives_the_same_record(spools: Spools, data: st.DataObject) -> None:
    held = [(name, row) for name, rows in sorted(spools.items()) for row in rows]
    assert record(data.draw(st.permutations(held))) == record(held)


def record(rows: list[tuple[str, AnyRow]]) -> Record:
    assembly = Assembly()
    assembly.take_all(rows)
    return assembly.record(TAG)
