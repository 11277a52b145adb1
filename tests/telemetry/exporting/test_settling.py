"""An exchange settles when all of it is known, and is then what the whole record makes of it."""

from itertools import zip_longest

import msgspec

from telemetry.assembly import Assembly
from telemetry.chains import COMMAND_END, COMMAND_START
from telemetry.exporting.settling import Settling
from telemetry.rows import AnyRow, Event, HopEnded
from tests.telemetry.scenes import BIG_NS, MS, TAG, arrived, failover, left, numbered, small_run

LATE_NS = BIG_NS + 10_000 * MS


def test_settled_exchanges_are_those_of_the_record() -> None:
    spools = numbered(small_run())
    settling, assembly = Settling(TAG, 10 * MS), Assembly()
    names = list(spools)
    for rows in zip_longest(*spools.values()):
        for name, row in zip(names, rows, strict=True):
            if row is not None:
                settling.take(name, row)
                assembly.take(name, row)
    numbers = settling.settled(LATE_NS)
    assert numbers == [0, 1, 2]
    assert settling.record(numbers).exchanges == assembly.record(TAG).exchanges
    settling.drop(numbers)
    assert settling.unsettled() == []


def test_it_waits_for_the_proxys_end_and_for_the_grace() -> None:
    settling = Settling(TAG, 10 * MS)
    spools = failover(0, BIG_NS)
    late = [row for row in spools["injector-0"] if isinstance(row, HopEnded)][-1]
    for name, rows in spools.items():
        for row in rows:
            if row is not late:
                settling.take(name, row)
    assert settling.settled(LATE_NS) == []
    settling.take("injector-0", late)
    assert settling.settled(BIG_NS + 29 * MS) == []
    assert settling.settled(BIG_NS + 30 * MS) == [0]


def test_it_does_not_wait_for_a_straggler_beyond_its_patience() -> None:
    settling = Settling(TAG, 10 * MS, patience_ns=500 * MS)
    for name, rows in failover(0, BIG_NS).items():
        for row in rows:
            if not isinstance(row, HopEnded):
                settling.take(name, row)
    assert settling.settled(BIG_NS + 519 * MS) == []
    assert settling.settled(BIG_NS + 520 * MS) == [0]


def test_it_waits_for_what_a_stand_in_logs() -> None:
    settling = Settling(TAG, 0, stand_ins=("vertex",))
    for name, rows in failover(0, BIG_NS).items():
        for row in rows:
            settling.take(name, row)
    assert settling.settled(LATE_NS) == []
    (second,) = [a for a in settling.record([0]).exchanges[0].attempts if a.endpoint == "vertex"]
    asked = (settling.record([0]).exchanges[0].trace_id, second.span_id)
    assert settling.settled(LATE_NS, {asked}) == [0]


def test_what_a_command_did_is_told_when_it_is_over() -> None:
    asked = msgspec.structs.replace(arrived(0, "azure", BIG_NS + MS, "f" * 32, ""), body_hash="ab")
    rows: list[tuple[str, AnyRow]] = [
        ("conductor-0", Event(name=COMMAND_START, at_ns=BIG_NS)),
        ("injector-0", asked),
        ("injector-0", left(0, BIG_NS + 2 * MS)),
        ("conductor-0", Event(name=COMMAND_END, at_ns=BIG_NS + 3 * MS, facts={"exit_code": 0})),
    ]
    settling, assembly = Settling(TAG, 0), Assembly()
    assembly.take_all(rows)
    assert [settling.take(*row) for row in rows] == [None] * len(rows)
    assert settling.settled(LATE_NS) == []
    (exchange,) = settling.rest().exchanges
    assert (exchange,) == assembly.record(TAG).exchanges
    assert [attempt.endpoint for attempt in exchange.attempts] == ["azure"]
