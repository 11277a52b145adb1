"""What was placed and made through the API: proxies, toxics, faults, leases. Pure.

Times are CLOCK_MONOTONIC ns. Everything that makes anything worse has an end.
"""

import copy
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from faults.api.translate import rule_of
from faults.arrangement import Arrangement, Held, Placed
from faults.config import Listener, Rule
from faults.plain.orders import Stream, Toxin


class ToxicKept(msgspec.Struct, kw_only=True):
    """A toxic as its maker sees it."""

    name: str
    kind: str
    stream: Stream
    toxicity: float
    attributes: dict[str, object]
    ends_ns: int
    lease: str = ""


class ProxyKept(msgspec.Struct, kw_only=True):
    """A proxy; injectors are started with `fixed` ones, and have them for good."""

    listener: Listener
    fixed: bool = False
    disabled_until_ns: int = 0
    toxics: dict[str, ToxicKept] = {}

    @property
    def name(self) -> str:
        """Its name, which faults say as their endpoint."""
        return self.listener.endpoint

    @property
    def is_plain(self) -> bool:
        """It relays bytes of whatever protocol."""
        return not self.listener.dialect

    @property
    def enabled(self) -> bool:
        """It accepts clients."""
        return not self.disabled_until_ns


class FaultKept(msgspec.Struct, kw_only=True):
    """A fault of `/v1`."""

    rule: Rule
    ends_ns: int
    lease: str = ""


class Lease(msgspec.Struct, kw_only=True):
    """What keeps the faults of a remote conductor alive, `ttl_s` at a time."""

    ttl_s: float
    ends_ns: int


class Register:
    """All that there is; `arrangement` says it to injectors."""

    def __init__(self) -> None:
        self.proxies: dict[str, ProxyKept] = {}
        self.faults: dict[str, FaultKept] = {}
        self.leases: dict[str, Lease] = {}

    def copied(self) -> "Register":
        """Return one that can be changed without this one."""
        return copy.deepcopy(self)

    def expire(self, now: int) -> None:
        """Drop what has come to its end."""
        ended = [key for key, lease in self.leases.items() if lease.ends_ns <= now]
        for key in ended:
            self.end_lease(key)
        for proxy in self.proxies.values():
            proxy.toxics = {k: one for k, one in proxy.toxics.items() if one.ends_ns > now}
            if proxy.disabled_until_ns <= now:
                proxy.disabled_until_ns = 0
        self.faults = {key: one for key, one in self.faults.items() if one.ends_ns > now}

    def end_lease(self, key: str) -> None:
        """Drop a lease and all that rests on it."""
        self.leases.pop(key, None)
        self.faults = {k: one for k, one in self.faults.items() if one.lease != key}
        for proxy in self.proxies.values():
            proxy.toxics = {k: one for k, one in proxy.toxics.items() if one.lease != key}

    def forget_faults(self) -> None:
        """Drop everything that makes anything worse: proxies and leases alone stay."""
        self.faults.clear()
        for proxy in self.proxies.values():
            proxy.toxics = {}
            proxy.disabled_until_ns = 0

    @property
    def has_faults(self) -> bool:
        """Anything is made worse."""
        return bool(self.faults) or any(
            one.toxics or one.disabled_until_ns for one in self.proxies.values()
        )

    def arrangement(self, kills: int) -> Arrangement:
        """Return all of it as an injector takes it."""
        return Arrangement(
            kills=kills,
            proxies=tuple(self._placed(one) for one in self.proxies.values() if not one.fixed),
            rules=tuple(self._held()),
        )

    def _placed(self, proxy: ProxyKept) -> Placed:
        if not proxy.is_plain:
            return Placed(listener=proxy.listener)
        toxins = tuple(self._toxin(proxy, one) for one in proxy.toxics.values())
        until = proxy.disabled_until_ns
        return Placed(listener=proxy.listener, toxins=toxins, disabled_until_ns=until)

    def _toxin(self, proxy: ProxyKept, one: ToxicKept) -> Toxin:
        return Toxin(
            id=f"{proxy.name}/{one.name}",
            kind=one.kind,
            stream=one.stream,
            toxicity=one.toxicity,
            attributes=one.attributes,
            ends_ns=self._end(one.ends_ns, one.lease),
        )

    def _held(self) -> Iterator[Held]:
        for proxy in self.proxies.values():
            if proxy.is_plain:
                continue
            for one in proxy.toxics.values():
                rule = rule_of(proxy.name, one.name, one.kind, one.attributes, one.toxicity)
                yield Held(rule=rule, ends_ns=self._end(one.ends_ns, one.lease))
            if proxy.disabled_until_ns:
                rule = replace(
                    rule_of(proxy.name, "", "connect_refused", CLOSED_TO_ALL, 1.0),
                    id=f"{proxy.name} disabled",
                )
                yield Held(rule=rule, ends_ns=proxy.disabled_until_ns)
        for fault in self.faults.values():
            yield Held(rule=fault.rule, ends_ns=self._end(fault.ends_ns, fault.lease))

    def _end(self, ends_ns: int, lease: str) -> int:
        """Return when a fault ends: with its lease, if that is not renewed."""
        return min(ends_ns, self.leases[lease].ends_ns) if lease in self.leases else ends_ns


CLOSED_TO_ALL: dict[str, object] = {"reset_connections": "all"}
