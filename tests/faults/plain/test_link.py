import asyncio
from collections import Counter

from faults.plain.link import HELD_BYTES, Link
from faults.plain.orders import Toxin
from faults.plain.toxic import Ending
from tests.faults.plain.sink import Remembering


def toxin(name: str, kind: str, toxicity: float = 1.0, **attributes: object) -> Toxin:
    return Toxin(
        id=name,
        kind=kind,
        stream="upstream",
        toxicity=toxicity,
        attributes=attributes,
        ends_ns=1,
    )


def link(connection: int = 0, seed: int = 1) -> tuple[Link, Remembering, Counter[str]]:
    sink, touched = Remembering(), Counter[str]()
    return Link(sink, seed, connection, lambda name: touched.update([name])), sink, touched


def test_without_toxics_it_only_carries() -> None:
    carried, sink, _ = link()
    carried.take(b"a")
    carried.end(Ending.FIN)
    assert (sink.heard, sink.ending) == (b"a", Ending.FIN)


def test_toxics_work_in_their_order() -> None:
    async def play() -> None:
        carried, sink, touched = link()
        assert carried.arrange([toxin("cut", "limit_data", bytes=3), toxin("held", "bandwidth")])
        carried.take(b"abcdef")
        assert sink.heard == b""
        assert carried.arrange([toxin("cut", "limit_data", bytes=3)])
        assert sink.heard == b"abc"
        assert touched == {"cut": 1, "held": 1}

    asyncio.run(play())


def test_one_that_changes_lets_go_what_it_held_and_counts_on() -> None:
    async def play() -> None:
        carried, sink, _ = link()
        carried.arrange([toxin("cut", "limit_data", bytes=4)])
        carried.take(b"abc")
        carried.arrange([toxin("cut", "limit_data", bytes=5)])
        carried.take(b"def")
        assert (sink.heard, sink.ending) == (b"abcde", Ending.CLOSE)

    asyncio.run(play())


def test_what_was_dropped_cannot_be_lived_without() -> None:
    async def play() -> None:
        carried, _, _ = link()
        carried.arrange([toxin("hole", "timeout")])
        carried.take(b"abc")
        assert not carried.arrange([])

    asyncio.run(play())


def test_it_is_full_while_too_much_waits() -> None:
    async def play() -> None:
        carried, _, _ = link()
        carried.arrange([toxin("held", "bandwidth")])
        carried.take(bytes(HELD_BYTES))
        full = [carried.is_full]
        carried.take(b"a")
        full.append(carried.is_full)
        carried.arrange([])
        full.append(carried.is_full)
        assert full == [False, True, False]

    asyncio.run(play())


def drawn(seed: int) -> list[int]:
    """Return which of 200 connections a toxic on half of them cuts."""
    found = []
    for connection in range(200):
        carried, sink, _ = link(connection, seed)
        carried.arrange([toxin("cut", "limit_data", 0.5, bytes=0)])
        carried.take(b"a")
        if sink.ending is Ending.CLOSE:
            found.append(connection)
    return found


def test_a_share_is_drawn_by_seed_and_connection() -> None:
    async def play() -> None:
        assert drawn(1) == drawn(1) != drawn(2)
        # 99.9 % of a binomial of 200 at one half.
        assert 77 <= len(drawn(1)) <= 123

    asyncio.run(play())
