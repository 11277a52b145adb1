"""Keeps injectors alive while they are served, and their API: a crashed one is started again.

Without faults: what it did is gone with it, and what the others do is taken away, so that all of
them do the same.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import msgspec

from experiments.running.children import ChildFailedError
from experiments.running.processes import INJECTOR, RESTARTS, Processes
from experiments.serving.served import without_faults
from faults.api.desk import Desk
from faults.api.placing import Terms
from faults.api.problems import ApiError
from faults.api.server import served
from faults.config import InjectorConfig
from faults.control import forget

POLL_S = 0.1

Say = Callable[[str], None]


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """Where the API listens, nowhere without a host, and who may ask."""

    host: str = ""
    port: int = 0
    token: str = ""


class Supervisor:
    """The injectors of `serve` by their place, and how often each was lost."""

    def __init__(self, children: Processes, config: InjectorConfig, desk: Desk, say: Say) -> None:
        self._children = children
        self._config = config
        self._desk = desk
        self._say = say
        self._lost: Counter[int] = Counter()
        self._pids: dict[int, int] = {}
        self._ports: dict[str, int] = {}

    def start(self, workers: int) -> dict[str, int]:
        """Start so many; the later ones share the ports of the first. Returns the ports."""
        self._ports = self._start(0, self._config)
        shared = _on_ports(self._config, self._ports)
        for place in range(1, workers):
            self._start(place, shared)
        return self._ports

    async def hold(self, asked: Callable[[], bool], api: Api, terms: Terms) -> int:
        """Serve until the end is asked for; returns 0, or 4 when something was lost for good."""
        if not api.host:
            return await self._watch(asked)
        async with served(self._desk, terms, api.host, api.port, api.token) as port:
            self._say(f"control: http://{api.host}:{port} (Toxiproxy's API, and /v1)")
            return await self._watch(asked)

    async def _watch(self, asked: Callable[[], bool]) -> int:
        self._say("serving until Ctrl-C")
        while not asked():
            for name, why in self._children.lost().items():
                self._say(why)
                if not await self._made_up_for(name):
                    return 4
            await asyncio.sleep(POLL_S)
        return 0

    async def _made_up_for(self, name: str) -> bool:
        if not name.startswith(INJECTOR):
            return False
        place = int(name.removeprefix(INJECTOR).removeprefix("-") or 0)
        former = self._pids.pop(place)
        self._desk.injectors.leave(former)
        forget(former)
        self._children.give_up(name)
        self._lost[place] += 1
        if self._lost[place] > RESTARTS:
            return False
        empty = without_faults(self._config, self._ports)
        try:
            await asyncio.to_thread(self._start, place, empty, join=False)
            await self._desk.make_up_for(self._pids[place])
        except (ChildFailedError, ApiError) as error:
            self._say(str(error))
            return False
        self._say(f"injector started again as process {self._pids[place]}, without faults")
        return True

    def _start(self, place: int, config: InjectorConfig, *, join: bool = True) -> dict[str, int]:
        ports = self._children.start(INJECTOR, config, place)
        self._pids[place] = self._children.pid(INJECTOR, place)
        if join:
            self._desk.injectors.join(self._pids[place])
        return ports


def _on_ports(config: InjectorConfig, ports: dict[str, int]) -> InjectorConfig:
    listeners = tuple(
        msgspec.structs.replace(one, port=ports[one.endpoint]) for one in config.listeners
    )
    return msgspec.structs.replace(config, listeners=listeners)
