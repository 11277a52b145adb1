"""Our own routes, `/v1`: what the injectors' socket does, over HTTP, with leases.

A fault has an end: its `ttl_s`, or that of the lease it rests on, which its maker renews. A lease
that is not renewed takes all its faults along.
"""

import secrets
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from faults.api.desk import Desk
from faults.api.placing import Terms
from faults.api.problems import ApiError
from faults.api.register import FaultKept, Lease, ProxyKept, Register
from faults.catalog import make_fault
from faults.config import Rule
from faults.control import Facts, is_engaged, release
from faults.fault import Fault, ListenerFault
from faults.plain.proxy import told_address
from faults.selection.complaints import match_of, wrong_with
from faults.selection.counts import COUNTS, Natural
from faults.selection.match import Match
from faults.toxiproxy.bodies import bad_body, read
from faults.toxiproxy.metrics import summed
from faults.toxiproxy.routes import said
from telemetry.clock import NS_PER_S, now_ns


class FaultAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault to be made, at the proxies that read HTTP; at all of them when none is named."""

    inject: dict[str, dict[str, object]]
    id: str = ""
    endpoints: tuple[str, ...] = ()
    share: float = 1.0
    draw: Literal["attempt", "exchange"] = "attempt"
    group: str = ""
    match: dict[str, object] | None = None
    after_n: Annotated[int, msgspec.Meta(ge=0)] = 0
    first_n: Natural | None = None
    every_nth: Natural = 1
    max_injections: Natural | None = None
    max_active: Natural | None = None
    ttl_s: float | None = None
    lease: str = ""


class LeaseAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a lease lives without being renewed."""

    ttl_s: float


class OwnRoutes:
    """What each route does at a desk, on its terms."""

    def __init__(self, desk: Desk, terms: Terms) -> None:
        self._desk = desk
        self._terms = terms

    def routes(self) -> list[web.RouteDef]:
        """Return all routes."""
        return [
            web.get("/v1", self._state, allow_head=False),
            web.post("/v1/faults", self._inject),
            web.delete("/v1/faults/{fault}", self._withdraw),
            web.post("/v1/{word:freeze|thaw|kill}", self._throw),
            web.post("/v1/release", self._release),
            web.get("/v1/attestation", self._attestation, allow_head=False),
            web.post("/v1/leases", self._take_lease),
            web.post("/v1/leases/{lease}", self._renew),
            web.delete("/v1/leases/{lease}", self._give_back),
        ]

    async def _state(self, _: web.Request) -> web.Response:
        async with self._desk.looked_at() as register:
            return said(state(register, self._desk.facts))

    async def _inject(self, request: web.Request) -> web.Response:
        asked = read(await request.read(), FaultAsked)
        async with self._desk.changed() as register:
            fault = _fault(asked, register, self._terms)
            register.faults[fault.rule.id] = fault
        ends_in_s = (fault.ends_ns - now_ns()) / NS_PER_S
        told = {"id": fault.rule.id, "endpoints": fault.rule.endpoints, "ends_in_s": ends_in_s}
        return said(told, status=201)

    async def _withdraw(self, request: web.Request) -> web.Response:
        async with self._desk.changed() as register:
            if register.faults.pop(request.match_info["fault"], None) is None:
                raise ApiError(404, "fault not found")
        return web.Response(status=204)

    async def _throw(self, request: web.Request) -> web.Response:
        word = msgspec.convert(request.match_info["word"], Literal["freeze", "thaw", "kill"])
        answers = await self._desk.ask_all(word)
        left = sum(msgspec.convert(facts["faults_left"], int) for facts in answers)
        return said({"injectors": len(answers), "faults_left": left})

    async def _release(self, _: web.Request) -> web.Response:
        return said({"released": release()})

    async def _attestation(self, _: web.Request) -> web.Response:
        async with self._desk.looked_at():
            facts = self._desk.facts
        return said({"touched": summed(facts, "touched"), "asked": summed(facts, "asked")})

    async def _take_lease(self, request: web.Request) -> web.Response:
        ttl_s = read(await request.read(), LeaseAsked).ttl_s
        key = secrets.token_hex(8)
        lease = Lease(ttl_s=ttl_s, ends_ns=self._terms.end_ns(ttl_s))
        async with self._desk.changed() as register:
            register.leases[key] = lease
        return said({"lease": key, "ttl_s": ttl_s}, status=201)

    async def _renew(self, request: web.Request) -> web.Response:
        key = request.match_info["lease"]
        async with self._desk.changed() as register:
            lease = _lease(register, key)
            lease.ends_ns = self._terms.end_ns(lease.ttl_s)
        return said({"lease": key, "ttl_s": lease.ttl_s})

    async def _give_back(self, request: web.Request) -> web.Response:
        async with self._desk.changed() as register:
            _lease(register, request.match_info["lease"])
            register.end_lease(request.match_info["lease"])
        return web.Response(status=204)


def state(register: Register, facts: list[Facts]) -> dict[str, object]:
    """Return all that there is, and when it ends."""
    now = now_ns()
    return {
        "engaged": is_engaged(),
        "frozen": any(one["frozen"] for one in facts),
        "injectors": [one["pid"] for one in facts],
        "proxies": [_proxy(one, now) for one in register.proxies.values()],
        "faults": _faults(facts),
        "leases": [
            {"lease": key, "ttl_s": one.ttl_s, "ends_in_s": (one.ends_ns - now) / NS_PER_S}
            for key, one in register.leases.items()
        ],
    }


def _proxy(proxy: ProxyKept, now: int) -> dict[str, object]:
    listener = proxy.listener
    return {
        "name": proxy.name,
        "listen": told_address(listener.host, listener.port),
        "upstream": listener.upstream,
        "dialect": next(iter(listener.dialect), None),
        "enabled": proxy.enabled,
        "toxics": [
            {"name": one.name, "type": one.kind, "ends_in_s": (one.ends_ns - now) / NS_PER_S}
            for one in proxy.toxics.values()
        ],
    }


def _faults(facts: list[Facts]) -> list[dict[str, object]]:
    """Return every fault in force at any injector, once."""
    found: dict[object, dict[str, object]] = {}
    for one in facts:
        for fault in msgspec.convert(one["faults"], list[dict[str, object]]):
            found.setdefault(fault["id"], fault)
    return list(found.values())


def _lease(register: Register, key: str) -> Lease:
    if key not in register.leases:
        raise ApiError(404, "lease not found; it may have ended, and its faults with it")
    return register.leases[key]


def _fault(asked: FaultAsked, register: Register, terms: Terms) -> FaultKept:
    if not 0 <= asked.share <= 1:
        raise bad_body(f"share has to be between 0 and 1, not {asked.share:g}")
    fault = _checked(asked.inject)
    rule_id = asked.id or f"v1-{next(iter(asked.inject))}"
    if "/" in rule_id:
        raise bad_body(f"id: no / in {rule_id}, which is how toxics are called: PROXY/TOXIC")
    if rule_id in register.faults or rule_id in terms.taken:
        raise ApiError(409, f"a fault is called {rule_id} already")
    if asked.lease:
        _lease(register, asked.lease)
    rule = Rule(
        id=rule_id,
        endpoints=_reading(asked.endpoints, register),
        inject=asked.inject,
        start_s=0.0,
        end_s=0.0,
        share=asked.share,
        draw=asked.draw,
        group=asked.group,
        match=_match(asked.match),
        made=secrets.token_hex(8),
        **{name: getattr(asked, name) for name in COUNTS},
    )
    for wrong in wrong_with(rule.match, rule.counts, listener_fault=_whole(fault)):
        raise bad_body(f"{'.'.join(wrong.path)}: {wrong.message}")
    terms.check(rule)
    return FaultKept(rule=rule, ends_ns=terms.end_ns(asked.ttl_s), lease=asked.lease)


def _match(said: dict[str, object] | None) -> Match | None:
    try:
        return None if said is None else match_of(said)
    except ValueError as wrong:
        raise bad_body(str(wrong)) from wrong


def _whole(fault: Fault | ListenerFault) -> str:
    return fault.name if isinstance(fault, ListenerFault) else ""


def _checked(inject: dict[str, dict[str, object]]) -> Fault | ListenerFault:
    try:
        return make_fault(inject)
    except KeyError as unknown:
        raise bad_body(f"inject: no fault is called {unknown}") from unknown
    except ValueError as wrong:
        raise bad_body(f"inject: {wrong}") from wrong


def _reading(asked: tuple[str, ...], register: Register) -> tuple[str, ...]:
    """Return the proxies that are meant, all of which read HTTP."""
    reading = [name for name, one in register.proxies.items() if not one.is_plain]
    known = ", ".join(reading) or "none"
    for name in asked:
        if name not in reading:
            raise bad_body(
                f"endpoints: no proxy that reads HTTP is called {name}; there is {known}"
            )
    if not reading:
        raise bad_body("endpoints: there is no proxy that reads HTTP")
    return asked or tuple(reading)
