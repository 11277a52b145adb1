"""The bench's provider: answers each of the workloads with bytes made beforehand.

`python -m bench.proxy_origin [PEM]` prints its port and serves until its standard input ends; with
a file of key and certificate over TLS.
"""

import asyncio
import random
import ssl
import sys
from typing import Final, cast

import uvloop

from telemetry.clock import now_ns

REQUEST_END: Final = b"#END#"
"""What the body of a request ends with, so that nobody has to parse one."""

EVENTS: Final = 100
EVENT_GAP_S: Final = 0.010
LAST_CHUNK: Final = b"0\r\n\r\n"

ANSWER_HEADERS: Final = (
    "Content-Type: application/json",
    "apim-request-id: 5c7f2f3e-8a4c-4a52-9a6d-1f0e2b3c4d5e",
    "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload",
    "x-content-type-options: nosniff",
    "x-ms-region: Sweden Central",
    "x-ratelimit-remaining-requests: 249",
    "x-ratelimit-limit-requests: 250",
    "x-ratelimit-remaining-tokens: 249327",
    "x-ratelimit-limit-tokens: 250000",
    "x-accel-buffering: no",
    "x-ms-rai-invoked: true",
    "x-request-id: 3f1c2d4b-5a69-4788-9b0a-c1d2e3f4a5b6",
    "x-ms-client-request-id: 5c7f2f3e-8a4c-4a52-9a6d-1f0e2b3c4d5e",
    "x-ms-deployment-name: gpt-4o",
    "azureml-model-session: d20260101-0001",
    "cmp-upstream-response-duration: 412",
    "Date: Sun, 22 Nov 2026 22:00:00 GMT",
)
"""Seventeen; the eighteenth frames the body."""

BARE_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nok" + REQUEST_END
SDK_BODY: Final = b'{"choices":[{"message":{"content":"' + b"wind " * 120 + b'"}}]}' + REQUEST_END
SDK_ANSWER: Final = (
    "\r\n".join(("HTTP/1.1 200 OK", *ANSWER_HEADERS, f"Content-Length: {len(SDK_BODY)}", "", ""))
).encode() + SDK_BODY
STREAM_HEAD: Final = (
    "\r\n".join(("HTTP/1.1 200 OK", *ANSWER_HEADERS, "Transfer-Encoding: chunked", "", ""))
).encode()
_EVENT: Final = (
    b'data: {"choices":[{"content_filter_results":{},"delta":{"content":"17:harbor "},'
    b'"finish_reason":null,"index":0,"logprobs":null}],"created":1732312345,"id":"chatcmpl-Abc",'
    b'"model":"gpt-4o-2024-11-20","object":"chat.completion.chunk"}\n\n'
)
STREAM_EVENT: Final = b"%x\r\n%b\r\n" % (len(_EVENT), _EVENT)
SENT: Final = b"sent_ns="
SENT_DIGITS: Final = 20
TIMED_EVENTS: Final = 150
SLOW_EVENTS: Final = 1_000
SLOW_GAP_S: Final = 2.0


def timed_event() -> bytes:
    """Return an event that says when it was sent, monotonic ns."""
    told = b"data: %b%0*d\n\n" % (SENT, SENT_DIGITS, now_ns())
    return b"%x\r\n%b\r\n" % (len(told), told)


class Origin(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._tail = b""
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer once a request's end has come; its first line says which workload it is."""
        if not self._tail:
            self._kind = data[:9]
        self._tail = (self._tail + data)[-5:]
        if self._kind == b"GET /bare":
            if self._tail.endswith(b"\r\n\r\n"):
                self._answer(BARE_ANSWER)
        elif self._tail == REQUEST_END:
            if self._kind == b"POST /sse":
                self._tail = b""
                self.transport.write(STREAM_HEAD)
                self._stream(EVENTS)
            elif self._kind in {b"POST /gap", b"POST /few"}:
                self._tail = b""
                self.transport.write(STREAM_HEAD)
                self._stream_timed(*_TIMED[self._kind])
            else:
                self._answer(SDK_ANSWER)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Serve asyncio."""
        self._gone = True

    def _answer(self, answer: bytes) -> None:
        self._tail = b""
        self.transport.write(answer)

    def _stream(self, left: int) -> None:
        if self._gone:
            return
        if not left:
            self.transport.write(LAST_CHUNK)
            return
        self.transport.write(STREAM_EVENT)
        # Spread, so that events arrive one by one as tokens do.
        gap_s = EVENT_GAP_S * random.uniform(0.5, 1.5)
        asyncio.get_running_loop().call_later(gap_s, self._stream, left - 1)

    def _stream_timed(self, left: int, gap_s: float) -> None:
        if self._gone:
            return
        self.transport.write(timed_event() if left else LAST_CHUNK)
        if left:
            loop = asyncio.get_running_loop()
            loop.call_later(gap_s, self._stream_timed, left - 1, gap_s)


_TIMED: Final = {
    b"POST /gap": (TIMED_EVENTS, EVENT_GAP_S),
    b"POST /few": (SLOW_EVENTS, SLOW_GAP_S),
}


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    tls = None
    if len(sys.argv) > 1:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(sys.argv[1])
    server = await loop.create_server(Origin, "127.0.0.1", 0, backlog=1024, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve())
