"""Toxiproxy's routes, with its statuses and words (its HTTP API, version 2.12)."""

from collections.abc import Mapping
from typing import Final

import msgspec
from aiohttp import web

from faults.api import placing
from faults.api.desk import Desk
from faults.api.placing import Terms
from faults.api.problems import ApiError
from faults.api.register import ProxyKept, Register
from faults.toxiproxy import bodies
from faults.toxiproxy.bodies import ProxyAsked, ToxicAsked, ToxicChange
from faults.toxiproxy.metrics import CONTENT_TYPE, told

VERSION: Final = "2.12.0+crosswind"
JSON: Final = {"Content-Type": "application/json"}


class ToxiproxyRoutes:
    """What each route does at a desk, on its terms."""

    def __init__(self, desk: Desk, terms: Terms) -> None:
        self._desk = desk
        self._terms = terms

    def routes(self) -> list[web.RouteDef]:
        """Return all routes."""
        proxy, toxics = "/proxies/{proxy}", "/proxies/{proxy}/toxics"
        toxic = f"{toxics}/{{toxic}}"
        return [
            web.get("/version", self._version, allow_head=False),
            web.get("/proxies", self._proxies, allow_head=False),
            web.post("/proxies", self._add_proxy),
            web.post("/populate", self._populate),
            web.get(proxy, self._proxy, allow_head=False),
            *(method(proxy, self._change_proxy) for method in (web.post, web.patch)),
            web.delete(proxy, self._remove_proxy),
            web.get(toxics, self._toxics, allow_head=False),
            web.post(toxics, self._add_toxic),
            web.get(toxic, self._toxic, allow_head=False),
            *(method(toxic, self._change_toxic) for method in (web.post, web.patch)),
            web.delete(toxic, self._remove_toxic),
            web.post("/reset", self._reset),
            web.get("/metrics", self._metrics, allow_head=False),
        ]

    async def _version(self, _: web.Request) -> web.Response:
        kind = {"Content-Type": "application/json;charset=utf-8"}
        return web.Response(body=f'{{"version": "{VERSION}"}}\n'.encode(), headers=kind)

    async def _proxies(self, _: web.Request) -> web.Response:
        async with self._desk.looked_at() as register:
            return said(bodies.proxies_said(register.proxies.values()))

    async def _add_proxy(self, request: web.Request) -> web.Response:
        asked = bodies.read(await request.read(), ProxyAsked)
        async with self._desk.changed() as register:
            placing.add_proxy(register, asked, self._terms)
        return await self._proxy_said(asked.name, status=201)

    async def _populate(self, request: web.Request) -> web.Response:
        asked = bodies.read(await request.read(), list[ProxyAsked])
        for number, one in enumerate(asked, 1):
            for field, value in (("name", one.name), ("upstream", one.upstream)):
                if not value:
                    raise bodies.missing(f"{field} at proxy {number}")
        placed: list[str] = []
        try:
            for one in asked:
                async with self._desk.changed() as register:
                    placing.add_or_keep(register, one, self._terms)
                placed.append(one.name)
        except ApiError as error:
            wrong = {"error": error.message, "status": error.status}
            return said({**wrong, **await self._placed(placed)}, status=error.status)
        return said(await self._placed(placed), status=201)

    async def _placed(self, names: list[str]) -> dict[str, object]:
        async with self._desk.looked_at() as register:
            return {"proxies": [bodies.proxy_said(register.proxies[name]) for name in names]}

    async def _proxy(self, request: web.Request) -> web.Response:
        return await self._proxy_said(request.match_info["proxy"])

    async def _proxy_said(self, name: str, status: int = 200) -> web.Response:
        async with self._desk.looked_at() as register:
            return said(bodies.proxy_said(placing.find(register, name)), status=status)

    async def _change_proxy(self, request: web.Request) -> web.Response:
        name, body = request.match_info["proxy"], await request.read()
        async with self._desk.changed() as register:
            placing.find(register, name)
            asked = bodies.read(body, ProxyAsked)
            placing.change_proxy(register, name, asked, self._terms)
        return await self._proxy_said(name)

    async def _remove_proxy(self, request: web.Request) -> web.Response:
        async with self._desk.changed() as register:
            placing.remove_proxy(register, request.match_info["proxy"])
        return web.Response(status=204)

    async def _toxics(self, request: web.Request) -> web.Response:
        async with self._desk.looked_at() as register:
            return said(bodies.toxics_said(_proxy_of(request, register)))

    async def _add_toxic(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self._desk.changed() as register:
            proxy = _proxy_of(request, register)
            asked = bodies.read(body, ToxicAsked)
            made = placing.add_toxic(proxy, asked, register, self._terms)
        return said(bodies.toxic_said(made))

    async def _toxic(self, request: web.Request) -> web.Response:
        async with self._desk.looked_at() as register:
            proxy = _proxy_of(request, register)
            return said(bodies.toxic_said(placing.find_toxic(proxy, request.match_info["toxic"])))

    async def _change_toxic(self, request: web.Request) -> web.Response:
        name, body = request.match_info["toxic"], await request.read()
        async with self._desk.changed() as register:
            proxy = _proxy_of(request, register)
            placing.find_toxic(proxy, name)
            changed = placing.change_toxic(proxy, name, bodies.read(body, ToxicChange))
        return said(bodies.toxic_said(changed))

    async def _remove_toxic(self, request: web.Request) -> web.Response:
        async with self._desk.changed() as register:
            proxy = _proxy_of(request, register)
            placing.find_toxic(proxy, request.match_info["toxic"])
            del proxy.toxics[request.match_info["toxic"]]
        return web.Response(status=204)

    async def _reset(self, _: web.Request) -> web.Response:
        async with self._desk.changed() as register:
            for proxy in register.proxies.values():
                proxy.toxics, proxy.disabled_until_ns = {}, 0
        return web.Response(status=204)

    async def _metrics(self, _: web.Request) -> web.Response:
        async with self._desk.looked_at() as register:
            text = told(register, self._desk.facts)
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})


def said(value: Mapping[str, object] | list[dict[str, object]], status: int = 200) -> web.Response:
    """Return JSON as Toxiproxy frames it."""
    return web.Response(status=status, body=msgspec.json.encode(value), headers=JSON)


def _proxy_of(request: web.Request, register: Register) -> ProxyKept:
    return placing.find(register, request.match_info["proxy"])
