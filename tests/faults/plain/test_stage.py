import asyncio
from random import Random

from faults.plain.stage import Stage
from faults.plain.toxic import Ending, Toxic
from faults.toxics.bandwidth import Bandwidth
from faults.toxics.latency import Latency
from faults.toxics.limit_data import LimitData
from faults.toxics.timeout import Timeout
from tests.faults.plain.sink import Remembering


class Played:
    """A stage with what it lets go, and how often it said that it changed something."""

    def __init__(self, toxic: Toxic) -> None:
        self.sink = Remembering()
        self.touches = 0
        self.stage = Stage(toxic.shaper(Random(1), None), self.sink, self._touch)

    def _touch(self) -> None:
        self.touches += 1


def test_what_is_due_now_goes_now_and_is_no_change() -> None:
    async def play() -> None:
        played = Played(Latency())
        played.stage.take(b"a")
        assert (played.sink.heard, played.touches) == (b"a", 0)

    asyncio.run(play())


def test_what_is_due_later_waits_and_goes_by_itself() -> None:
    async def play() -> None:
        played = Played(Latency(latency=20))
        played.stage.take(b"a")
        played.stage.end(Ending.FIN)
        assert (played.sink.heard, played.stage.held, played.touches) == (b"", 1, 1)
        async with asyncio.timeout(10):
            await played.sink.ended.wait()
        assert (played.sink.heard, played.stage.held) == (b"a", 0)
        assert played.sink.ending is Ending.FIN

    asyncio.run(play())


def test_what_is_held_goes_when_the_toxic_does() -> None:
    async def play() -> None:
        played = Played(Bandwidth())
        played.stage.take(b"abc")
        played.stage.end(Ending.FIN)
        played.stage.release()
        assert (played.sink.heard, played.sink.ending) == (b"abc", Ending.FIN)
        assert played.stage.held == 0

    asyncio.run(play())


def test_the_end_of_what_comes_before_waits_for_what_is_held() -> None:
    async def play() -> None:
        played = Played(Bandwidth())
        played.stage.take(b"abc")
        played.stage.end(Ending.CLOSE)
        assert not played.sink.ended.is_set()
        played.stage.release()
        assert (played.sink.heard, played.sink.ending) == (b"abc", Ending.CLOSE)

    asyncio.run(play())


def test_a_reset_waits_for_nothing() -> None:
    async def play() -> None:
        played = Played(Bandwidth())
        played.stage.take(b"abc")
        played.stage.end(Ending.RESET)
        assert (played.sink.heard, played.sink.ending) == (b"", Ending.RESET)

    asyncio.run(play())


def test_an_end_that_is_due_at_once_overtakes_one_that_is_due_later() -> None:
    async def play() -> None:
        played = Played(Timeout(timeout=3_600_000))
        played.stage.take(b"abc")
        played.stage.end(Ending.FIN)
        assert (played.sink.heard, played.sink.ending) == (b"", Ending.CLOSE)

    asyncio.run(play())


def test_nothing_follows_an_end() -> None:
    async def play() -> None:
        played = Played(LimitData(bytes=1))
        played.stage.take(b"abc")
        played.stage.take(b"def")
        played.stage.end(Ending.FIN)
        assert (played.sink.heard, played.sink.ending) == (b"a", Ending.CLOSE)
        assert played.touches == 1

    asyncio.run(play())


def test_one_that_was_stopped_lets_nothing_go() -> None:
    async def play() -> None:
        played = Played(Latency(latency=1))
        played.stage.take(b"a")
        played.stage.stop()
        await asyncio.sleep(0.01)
        assert played.sink.heard == b""

    asyncio.run(play())
