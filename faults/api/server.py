"""The HTTP server of the API: who may ask, how errors are said, and where it listens."""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from faults.api.allowed import is_loopback
from faults.api.desk import Desk
from faults.api.placing import Terms
from faults.api.problems import ApiError
from faults.api.v1 import OwnRoutes
from faults.toxiproxy.bodies import error_said
from faults.toxiproxy.routes import ToxiproxyRoutes

ANSWER_S: Final = 25.0
MOST_BYTES: Final = 1 << 20
PLAIN: Final = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OpenToOthersError(ValueError):
    """The API would listen beyond this machine without a token."""


@asynccontextmanager
async def served(
    desk: Desk, terms: Terms, host: str, port: int, token: str = ""
) -> AsyncIterator[int]:
    """Serve the API and give its port; raises OSError for one that is taken, OpenToOthersError."""
    if not (token or is_loopback(host)):
        raise OpenToOthersError(f"{host} can be reached from other machines: that takes a token")
    runner = web.AppRunner(application(desk, terms, host, token), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound: int = runner.addresses[0][1]
        yield bound
    finally:
        await runner.cleanup()


def application(desk: Desk, terms: Terms, host: str, token: str) -> web.Application:
    """Return all routes behind who may ask."""
    guard = Guard(token, loopback=is_loopback(host))
    app = web.Application(middlewares=[guard.let_in], client_max_size=MOST_BYTES)
    app.add_routes(ToxiproxyRoutes(desk, terms).routes())
    app.add_routes(OwnRoutes(desk, terms).routes())
    return app


class Guard:
    """Lets in who may ask, and says what went wrong as Toxiproxy does.

    Browsers are kept out: by their name as Toxiproxy does, by `Origin`, and by a `Host` that is not
    this machine's (a page elsewhere whose name leads here).
    """

    def __init__(self, token: str, *, loopback: bool) -> None:
        self._token = token
        self._loopback = loopback

    @web.middleware
    async def let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request, or refuse it."""
        response = self._refusal(request) or await _answered(request, handler)
        response.headers["Server"] = "crosswind"
        response.headers["X-Toxiproxy-Request-Id"] = secrets.token_hex(10)
        return response

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("User-Agent", "").startswith("Mozilla/"):
            return _text(403, "User agent not allowed\n")
        if "Origin" in request.headers:
            return _text(403, "web pages are not allowed\n")
        if self._loopback and not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            return _text(403, f"this is not {request.host}\n")
        if self._token and not self._knows_token(request):
            return _text(401, "send the token: Authorization: Bearer ...\n")
        return None

    def _knows_token(self, request: web.Request) -> bool:
        said = request.headers.get("Authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {self._token}".encode())


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await handler(request)
    except ApiError as error:
        body = error_said(error.status, error.message)
        return web.Response(status=error.status, body=body, headers=PLAIN)
    except TimeoutError:
        return web.Response(status=503)
    except web.HTTPNotFound:
        return _text(404, "404 page not found\n")
    except web.HTTPMethodNotAllowed as refused:
        return web.Response(status=405, headers={"Allow": refused.headers["Allow"]})


def _text(status: int, text: str) -> web.Response:
    return web.Response(status=status, body=text.encode(), headers=PLAIN)
