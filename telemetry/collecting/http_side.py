"""OTLP over HTTP/1.1: one connection; a body is never held beyond its bound.

A request that is refused before its end is answered at once; what still comes of it is thrown
away, since a client that sends would not see the answer over a connection that was reset.
"""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from telemetry.clock import now_ns
from telemetry.collecting import http_words
from telemetry.collecting.intake import Intake
from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError, malformed, too_large
from telemetry.collecting.unpacking import unpacked

IDLE_S = 120.0
"""Between two requests: a connection that waits longer is closed."""
HEAD_BYTES = 64 * 1024
FRAMED = 4
"""How many times its own size a body may come to with its framing."""

LINGER_S = 10.0
LINGER_BYTES = 512 * 1024 * 1024
"""How much of a request that was refused is thrown away before its connection is cut."""


class HttpSide(asyncio.Protocol):
    """Reads requests and answers them in order."""

    def __init__(self, intake: Intake, limits: Limits, others: "set[HttpSide]") -> None:
        """`others` are the connections that are open; this one joins them while it is."""
        self._intake = intake
        self._limits = limits
        self._others = others
        self._parser = httptools.HttpRequestParser(self)
        self._lingering: int | None = None
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle
        self._forget_request()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is there, perhaps one too many."""
        self._transport = cast("asyncio.Transport", transport)
        self._set_timer(self._limits.request_s)  # who connects has something to send
        self._others.add(self)
        if len(self._others) > self._limits.connections:
            self._refuse(RefusedError(503, "too many connections", 1.0))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - gone is gone
        """Serve asyncio: the client is gone."""
        self._others.discard(self)
        self._timer.cancel()

    def pause_writing(self) -> None:
        """Serve asyncio: the client asks and asks, and reads no answer."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: some of a request, of several, or of what was refused."""
        if self._lingering is not None:
            self._throw_away(len(data))
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._lingering is None:
                self._refuse(malformed("not HTTP/1.1"))
        if self._lingering is None:
            self._check_received()

    def close(self) -> None:
        """Close now."""
        self._transport.abort()

    def on_message_begin(self) -> None:
        """Serve httptools: a request starts, and must be whole before long."""
        self._forget_request()
        if self._lingering is None:
            self._set_timer(self._limits.request_s, self._refuse_late)

    def _forget_request(self) -> None:
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._received = 0
        self._has_head = False

    def on_url(self, url: bytes) -> None:
        """Serve httptools: some of the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Serve httptools: one header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Serve httptools: the head is whole; most of what is refused is so by now."""
        self._has_head = True
        method = self._parser.get_method().decode("latin-1")
        target = self._target.decode("latin-1")
        try:
            http_words.check_head(method, target, self._headers, self._limits)
        except RefusedError as refusal:
            self._refuse(refusal)
            return
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(http_words.CONTINUE)

    def on_body(self, body: bytes) -> None:
        """Serve httptools: some of the body."""
        if self._lingering is not None:
            return
        self._size += len(body)
        if self._size > self._limits.body_bytes:
            self._refuse(too_large(f"more than {self._limits.body_bytes} bytes"))
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Serve httptools: the request is whole."""
        if self._lingering is not None:
            return
        keep_alive = self._parser.should_keep_alive()
        self._transport.write(self._answer(close=not keep_alive))
        if keep_alive:
            self._set_timer(IDLE_S)
        else:
            self._linger()

    def _answer(self, *, close: bool) -> bytes:
        encoding = http_words.encoding_of(self._headers) or "json"
        body, self._body = b"".join(self._body), []
        try:
            plain = unpacked(body, http_words.coding_of(self._headers), self._limits.body_bytes)
            return http_words.answer(self._intake.take(plain, encoding, now_ns()), encoding)
        except RefusedError as refusal:
            self._intake.refuse(refusal)
            return http_words.refusal_answer(refusal, encoding, close=close)

    def _check_received(self) -> None:
        """Refuse a head without an end, and a body that is mostly framing or trailers."""
        if not self._has_head and self._received > HEAD_BYTES:
            self._refuse(RefusedError(431, f"a head of more than {HEAD_BYTES} bytes"))
        elif self._received > HEAD_BYTES + FRAMED * self._limits.body_bytes:
            self._refuse(too_large(f"more than {FRAMED} bytes of framing for each of the body"))

    def _refuse(self, refusal: RefusedError) -> None:
        """Answer before the request's end, and never read on."""
        self._intake.refuse(refusal)
        encoding = http_words.encoding_of(self._headers)
        self._transport.write(http_words.refusal_answer(refusal, encoding, close=True))
        self._linger()

    def _refuse_late(self) -> None:
        self._refuse(RefusedError(408, f"not whole within {self._limits.request_s:g} s"))

    def _linger(self) -> None:
        self._lingering = 0
        self._body.clear()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._set_timer(LINGER_S)

    def _throw_away(self, size: int) -> None:
        self._lingering = (self._lingering or 0) + size
        if self._lingering > LINGER_BYTES:
            self._transport.abort()

    def _set_timer(self, after_s: float, then: Callable[[], None] | None = None) -> None:
        """Cut the connection after so long, or do something else `then`."""
        if hasattr(self, "_timer"):
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(after_s, then or self._transport.abort)
