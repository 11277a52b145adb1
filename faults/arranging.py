"""Carries out an arrangement in an injector: opens, closes and changes proxies and their faults."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from faults.arming import Arming
from faults.arrangement import Arrangement, Held, Placed
from faults.config import Listener
from faults.listening import Listening
from faults.plain.orders import Toxin
from faults.plain.proxy import PlainProxy, plain_proxy
from telemetry.clock import NS_PER_S, now_ns

Facts = dict[str, object]
OpenLane = Callable[[Listener], Listening]


class Arranging:
    """What is arranged now; `kills` counts how often everything was taken away."""

    def __init__(
        self, arming: Arming, listenings: list[Listening], open_lane: OpenLane, seed: int
    ) -> None:
        """Take the injector's own `listenings`, which arranged ones join and leave."""
        self._arming = arming
        self._listenings = listenings
        self._open_lane = open_lane
        self._seed = seed
        self._placed: dict[str, Placed] = {}
        self._lanes: dict[str, Listening] = {}
        self._plain: dict[str, PlainProxy] = {}
        self._held: dict[str, Held] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Future[None] | None = None
        self._turn = asyncio.Lock()
        self._over = False
        self.kills = 0

    async def arrange(self, wanted: Arrangement, *, shared: bool) -> Facts:
        """Have these proxies and rules from now on; says what could not be done, by name."""
        async with self._turn:
            wrong: dict[str, str] = {}
            if wanted.kills == self.kills:
                wrong = await self._place(wanted, shared=shared)
            if wanted.kills == self.kills:
                wrong.update(self._hold(wanted))
            return {"kills": self.kills, "wrong": wrong, "ports": self.ports()}

    def ports(self) -> dict[str, int]:
        """Return the bound port of every arranged proxy."""
        lanes = {name: one.port for name, one in self._lanes.items()}
        return {**lanes, **{name: one.port for name, one in self._plain.items()}}

    def toxins(self) -> list[Toxin]:
        """Return the toxics in force."""
        return [one for proxy in self._plain.values() for one in proxy.toxins()]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return, of plain proxies, connections changed by toxic, connections and bytes."""
        touched: dict[str, int] = {}
        carried: dict[str, int] = {}
        for name, proxy in self._plain.items():
            touched.update(proxy.touched)
            for (direction, what), count in proxy.bytes.items():
                carried[f"{name} {direction} {what}"] = count
        asked = {name: proxy.connections for name, proxy in self._plain.items()}
        return {"touched": touched, "asked": asked, "bytes": carried}

    def disabled(self) -> list[str]:
        """Return the plain proxies that refuse connections."""
        return [name for name, proxy in self._plain.items() if not proxy.enabled]

    def disarm(self) -> None:
        """Take every toxic away, and let proxies accept again."""
        self.kills += 1
        self._held.clear()
        for name, proxy in self._plain.items():
            self._placed[name] = Placed(listener=self._placed[name].listener)
            proxy.arrange(())
        self._expire()

    def freeze(self, *, frozen: bool) -> None:
        """Let no further connection have toxics, or again."""
        for proxy in self._plain.values():
            proxy.frozen = frozen

    @property
    def busy(self) -> bool:
        """Connections of plain proxies are under way."""
        return any(proxy.conversations for proxy in self._plain.values())

    def leave(self) -> None:
        """Take every toxic away, for good, and accept nobody any more."""
        self.disarm()
        if self._timer is not None:
            self._timer.cancel()
        self._over = True
        for proxy in self._plain.values():
            proxy.accept_no_more()

    def close(self) -> None:
        """Close the plain proxies, for good; the others close with the injector's own."""
        for proxy in self._plain.values():
            proxy.close()

    async def _place(self, wanted: Arrangement, *, shared: bool) -> dict[str, str]:
        wrong: dict[str, str] = {}
        named = {one.listener.endpoint: one for one in wanted.proxies}
        for name, before in list(self._placed.items()):
            after = named.get(name)
            if after is None or after.listener != before.listener:
                self._shut(name)
        for name, one in named.items():
            try:
                await self._open(name, one, shared=shared)
            except (OSError, ValueError, KeyError) as error:
                self._shut(name)
                wrong[name] = str(error)
        return wrong

    async def _open(self, name: str, one: Placed, *, shared: bool) -> None:
        if name not in self._placed:
            port = await self._open_new(one, shared=shared)
            one = replace(one, listener=replace(one.listener, port=port))
        self._placed[name] = one
        await self._apply(name)

    async def _open_new(self, one: Placed, *, shared: bool) -> int:
        listener = one.listener
        if one.is_plain:
            proxy = plain_proxy(listener, self._seed, shared=shared)
            proxy.frozen = self._arming.frozen
            self._plain[listener.endpoint] = proxy
            return proxy.port
        lane = self._open_lane(listener)
        self._lanes[listener.endpoint] = lane
        await lane.open()
        self._listenings.append(lane)
        self._arming.welcome(lane)
        return lane.port

    def _shut(self, name: str) -> None:
        self._placed.pop(name, None)
        plain, lane = self._plain.pop(name, None), self._lanes.pop(name, None)
        if plain is not None:
            plain.close()
        if lane is not None:
            lane.close()
            if lane in self._listenings:
                self._listenings.remove(lane)
            for guest in list(lane.lane.guests):
                guest.expel("shutdown")

    async def _apply(self, name: str) -> None:
        proxy, placed = self._plain.get(name), self._placed[name]
        if proxy is None:
            return
        now = now_ns()
        proxy.arrange([one for one in placed.toxins if one.ends_ns > now])
        if placed.disabled_until_ns > now:
            proxy.disable()
        elif not self._over:
            await proxy.enable()
        self._wake()

    def _hold(self, wanted: Arrangement) -> dict[str, str]:
        wrong: dict[str, str] = {}
        named = {one.rule.id: one for one in wanted.rules}
        for rule_id in [key for key in self._held if key not in named]:
            self._arming.take_off(rule_id)
            del self._held[rule_id]
        for rule_id, one in named.items():
            try:
                self._hold_one(one)
            except (KeyError, ValueError) as error:
                wrong[rule_id] = str(error)
        return wrong

    def _hold_one(self, one: Held) -> None:
        before = self._held.get(one.rule.id)
        if before is None or before.rule != one.rule:
            self._arming.put(one.rule, one.ends_ns)
        elif before.ends_ns != one.ends_ns:
            self._arming.extend(one.rule.id, one.ends_ns)
        self._held[one.rule.id] = one

    def _wake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        ends = [toxin.ends_ns for one in self._placed.values() for toxin in one.toxins]
        ends += [one.disabled_until_ns for one in self._placed.values()]
        now = now_ns()
        later = [end for end in ends if end > now]
        if later:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later((min(later) - now) / NS_PER_S, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._work = asyncio.ensure_future(self._apply_all())

    async def _apply_all(self) -> None:
        async with self._turn:
            for name in self._plain:
                await self._apply(name)
