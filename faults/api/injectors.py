"""The injectors behind the API, one or several that share ports, asked over their own sockets."""

import asyncio
from typing import Final

import msgspec

from faults.api.problems import ApiError
from faults.arrangement import Arrangement
from faults.control import Facts, Wish, Word, control_folder

ANSWER_S: Final = 5.0
MOST_BYTES: Final = 1 << 24


class Injectors:
    """Process ids, and what is known of each: how many kills it has told of."""

    def __init__(self) -> None:
        self.kills: dict[int, int] = {}

    def join(self, pid: int) -> None:
        """Count an injector in that has just started."""
        self.kills[pid] = 0

    def leave(self, pid: int) -> None:
        """Count an injector out that is gone."""
        self.kills.pop(pid, None)

    async def ask_all(self, word: Word) -> list[Facts]:
        """Ask every injector; raises ApiError when one does not answer."""
        return [await self.ask(pid, Wish(do=word)) for pid in list(self.kills)]

    async def arrange(self, pid: int, wanted: Arrangement) -> Facts:
        """Tell one injector what it is to have; raises ApiError when it does not or must not."""
        facts = await self.ask(pid, Wish(do="arrange", arrangement=wanted))
        if "error" in facts:
            raise ApiError(503, str(facts["error"]))
        return facts

    async def ask(self, pid: int, wish: Wish) -> Facts:
        """Ask one injector; raises ApiError when it does not answer."""
        path = control_folder() / f"{pid}.sock"
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_unix_connection(str(path), limit=MOST_BYTES)
                try:
                    writer.write(msgspec.json.encode(wish) + b"\n")
                    answer = await reader.readline()
                finally:
                    writer.close()
            return msgspec.json.decode(answer, type=dict[str, object])
        except (OSError, ValueError, TimeoutError) as error:
            said = "the injector does not answer; if it is gone it is being started again"
            raise ApiError(503, said) from error
