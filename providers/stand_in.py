"""Stand-ins: servers that answer as a provider does, at its speed, within its limits."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from providers.config import StandInConfig, StandInListener
from providers.request_log import RequestLog
from providers.stand_in_connection import StandInConnection
from providers.stand_in_endpoint import StandInEndpoint
from providers.token_server import serve_tokens

if TYPE_CHECKING:
    from providers.stand_in_grpc import GrpcStandIn

TOKENS = "tokens"
"""What the port of the token endpoints is said as."""

_BACKLOG = 1024
_LOOK_EVERY_S = 0.01


class CannotListenError(Exception):
    """An address that a stand-in should listen on cannot be had."""


class StandIns:
    """All stand-ins of a config, from `start` to `stop`; `ports` by endpoint once started.

    Raises ValueError where a dialect is unknown or its parameters wrong, OSError without a log.
    """

    def __init__(self, config: StandInConfig) -> None:
        self._endpoints = [(listener, _endpoint(listener, config)) for listener in config.stand_ins]
        self._tokens = config.tokens
        self._servers: list[asyncio.Server] = []
        self._grpc: list[GrpcStandIn] = []
        self.ports: dict[str, int] = {}

    async def start(self) -> None:
        """Listen for all endpoints; raises CannotListenError and then listens for none."""
        for listener, endpoint in self._endpoints:
            try:
                self.ports[listener.endpoint] = await self._listen(listener, endpoint)
            except OSError as refused:
                await self.stop(0)
                where = f"{listener.host}:{listener.port}"
                message = f"{listener.endpoint}: cannot listen on {where}: {refused.strerror}"
                raise CannotListenError(message) from refused
        if self._tokens:
            server = await serve_tokens()
            self._servers.append(server)
            self.ports[TOKENS] = server.sockets[0].getsockname()[1]

    async def stop(self, within_s: float = 5.0) -> None:
        """Listen no more, let answers end for at most `within_s`, then cut what is left."""
        for server in self._servers:
            server.close()
        for calls in self._grpc:
            calls.close()
        deadline_s = time.monotonic() + within_s
        for _, endpoint in self._endpoints:
            endpoint.close_idle()
        # A look now and then, at the end alone, keeps every answer free of book-keeping for it.
        while self._connected() and time.monotonic() < deadline_s:  # noqa: ASYNC110 - see above
            await asyncio.sleep(_LOOK_EVERY_S)
        for _, endpoint in self._endpoints:
            endpoint.close()
        for calls in self._grpc:
            await calls.cut()

    async def _listen(self, listener: StandInListener, endpoint: StandInEndpoint) -> int:
        if endpoint.dialect.grpc:
            # Where nobody speaks it, grpcio is not loaded.
            from providers.stand_in_grpc import listen  # noqa: PLC0415 - see above

            self._grpc.append(await listen(listener, endpoint))
            return self._grpc[-1].port
        server = await asyncio.get_running_loop().create_server(
            lambda: StandInConnection(endpoint), listener.host, listener.port, backlog=_BACKLOG
        )
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _connected(self) -> bool:
        return any(endpoint.clients for _, endpoint in self._endpoints)


def _endpoint(listener: StandInListener, config: StandInConfig) -> StandInEndpoint:
    try:
        endpoint = StandInEndpoint(listener, config.seed)
    except KeyError as missing:
        raise ValueError(f"{listener.endpoint}: there is no dialect {missing}") from missing
    except ValueError as wrong:
        raise ValueError(f"{listener.endpoint}: {wrong}") from wrong
    if config.log_folder is not None:
        endpoint.log = RequestLog(Path(config.log_folder) / f"{listener.endpoint}.jsonl")
    return endpoint
