"""Grants what the API asks for: one request at a time, on what is so and not on what was.

Faults can end elsewhere: by their time, with their lease, by `crosswind kill` straight at the
injectors, or with an injector that crashed. So injectors are asked first.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import msgspec
from msgspec.structs import replace

from faults.api.injectors import Injectors
from faults.api.problems import ApiError
from faults.api.register import Register
from faults.control import Facts, Word, is_engaged
from faults.switch import ENGAGED
from telemetry.clock import now_ns


class Desk:
    """The register, the injectors that are told of it, and the turn of who may change it."""

    def __init__(self, injectors: Injectors) -> None:
        self.injectors = injectors
        self.register = Register()
        self.facts: list[Facts] = []
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def looked_at(self) -> AsyncIterator[Register]:
        """Give the register as it is now."""
        async with self._turn:
            await self._refresh()
            yield self.register

    @asynccontextmanager
    async def changed(self) -> AsyncIterator[Register]:
        """Give the register to change; what cannot be done is undone, and an ApiError raised."""
        async with self._turn:
            await self._refresh()
            before, self.register = self.register, self.register.copied()
            told = False
            try:
                yield self.register
                self._heed_switch()
                told = True
                await self._tell_all()
            except BaseException:
                self.register = before
                if told:
                    with contextlib.suppress(ApiError):
                        await self._tell_all()
                raise

    async def begin(self) -> None:
        """Tell injectors that have just started what the register holds."""
        async with self._turn:
            await self._tell_all()

    async def make_up_for(self, pid: int) -> None:
        """Take in an injector that was started in a crashed one's place: without any fault."""
        async with self._turn:
            self.injectors.join(pid)
            self.register.forget_faults()
            await self._tell_all()

    async def ask_all(self, word: Word) -> list[Facts]:
        """Have every injector freeze, thaw or be emptied."""
        async with self._turn:
            if word == "kill":
                self.register.forget_faults()
            answers = await self.injectors.ask_all(word)
            self._hear(answers)
            return answers

    def _heed_switch(self) -> None:
        if self.register.has_faults and is_engaged():
            raise ApiError(503, ENGAGED)

    async def _refresh(self) -> None:
        self.facts = await self.injectors.ask_all("list")
        self._hear(self.facts)
        self.register.expire(now_ns())

    def _hear(self, answers: Iterable[Facts]) -> None:
        for facts in answers:
            pid, kills = msgspec.convert(facts["pid"], int), msgspec.convert(facts["kills"], int)
            if kills != self.injectors.kills.get(pid):
                self.injectors.kills[pid] = kills
                self.register.forget_faults()

    async def _tell_all(self) -> None:
        """Tell every injector; the first one finds free ports, the others share them."""
        for pid in list(self.injectors.kills):
            wanted = self.register.arrangement(self.injectors.kills[pid])
            facts = await self.injectors.arrange(pid, wanted)
            wrong = msgspec.convert(facts["wrong"], dict[str, str])
            for name, why in wrong.items():
                raise ApiError(500, f"{name}: {why}")
            if facts["kills"] != self.injectors.kills[pid]:
                raise ApiError(503, "all faults were killed just now")
            self._bind(msgspec.convert(facts["ports"], dict[str, int]))

    def _bind(self, ports: dict[str, int]) -> None:
        for name, port in ports.items():
            if name in self.register.proxies:
                proxy = self.register.proxies[name]
                proxy.listener = replace(proxy.listener, port=port)
