"""Serves the clouds' token endpoints on loopback, beside the stand-ins."""

import asyncio
import time
from typing import cast

from providers import tokens
from providers.dialect import HttpAnswer
from providers.http1 import MalformedRequestError, RequestReader, answer_head

_GARBLED = HttpAnswer(status=400, headers=())


class TokenConnection(asyncio.Protocol):
    """Answers one client's requests for tokens, in order and at once."""

    def __init__(self) -> None:
        self._reader = RequestReader()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: some of a request, or of several."""
        try:
            read = self._reader.feed(data)
        except MalformedRequestError:
            self._say(_GARBLED)
            self._transport.close()
            return
        for each in read:
            self._say(tokens.answer(each.request, time.time()))
            if not each.keep_alive:
                self._transport.close()

    def _say(self, answer: HttpAnswer) -> None:
        head = answer_head(answer.status, answer.headers, content_length=len(answer.body))
        self._transport.write(head + answer.body)


async def serve_tokens(host: str = "127.0.0.1") -> asyncio.Server:
    """Listen on any free port; raises OSError."""
    return await asyncio.get_running_loop().create_server(TokenConnection, host, 0)
