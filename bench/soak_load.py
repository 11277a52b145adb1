"""The soak's clients: an open load of short questions, each with its own trace id.

`python -m bench.soak_load PLAN` takes a JSON `Load` and prints "ready". It asks from then on until
its time is over or its standard input ends. What became of it is in files: a JSON `Told`, and the
letters of all exchanges in order.

Connections are kept and used again; one in fifty questions is the last on its connection. Every
fiftieth client leaves in the middle of its answer, and all hang up after three seconds.
"""

import asyncio
import contextlib
import ssl
import sys
import threading
from pathlib import Path
from typing import Final, cast

import httptools
import msgspec
import uvloop

from telemetry.clock import now_ns
from telemetry.identity import attempt_span_id, trace_id, traceparent

PATIENCE_S: Final = 3.0
LEFT_AFTER_S: Final = 0.025
CONNECT_S: Final = 2.0

COMPLETE, FIN, RESET, LEFT, UNREADABLE = "w", "f", "r", "l", "u"
REFUSED, UNASKED, OPEN = "c", ".", "o"
WORDS: Final = {
    COMPLETE: "whole answers",
    FIN: "ended early by a FIN",
    RESET: "ended by a RST",
    LEFT: "clients that hung up",
    UNREADABLE: "answers that no parser reads",
    REFUSED: "no connection",
    OPEN: "still open at the end",
}
"""How an exchange ended for its client, by the letter that stands for it."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask; `ports` in clear and with TLS, `ca` trusts the latter."""

    clear_port: int
    tls_port: int
    ca: str
    run_tag: str
    rate_per_s: float
    length_s: float
    letters: str
    told: str


class FailedConnection(msgspec.Struct, frozen=True, array_like=True):
    """A connection that did not come about: from when to when, monotonic ns, and why."""

    since_ns: int
    until_ns: int
    error: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How many were planned, and which connections failed.

    `unanswered`: exchanges that a RST ended without a byte of an answer, by their number, and when.
    `left_unanswered`: those whose client hung up before that, by a RST of its own.
    """

    planned: int
    clear_refused: list[FailedConnection]
    tls_refused: list[FailedConnection]
    unanswered: dict[int, tuple[int, int]] = {}
    left_unanswered: list[int] = []


class Line(asyncio.Protocol):
    """One connection to the proxy, with at most one question on it."""

    transport: asyncio.Transport

    def __init__(self, asker: "Asker", idle: list["Line"]) -> None:
        self._asker = asker
        self._idle = idle
        self._number = -1
        self._parser = httptools.HttpResponseParser(self)
        self._timer: asyncio.TimerHandle | None = None
        self._whole = self._answered = False
        self._asked_ns = 0

    def ask(self, number: int) -> None:
        """Send a question, and wait for its answer for as long as its client would."""
        self._number = number
        self._whole = self._answered = False
        self._asked_ns = now_ns()
        self._parser = httptools.HttpResponseParser(self)
        self._asker.letters[number] = ord(OPEN)
        self.transport.write(self._asker.question(number))
        patience_s = LEFT_AFTER_S if number % 50 == 17 else PATIENCE_S
        self._timer = asyncio.get_running_loop().call_later(patience_s, self._hang_up)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: connected."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: some of the answer."""
        if self._number < 0:
            return
        self._answered = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._end(UNREADABLE)
            self.transport.abort()
        if self._whole:
            number = self._number
            self._end(COMPLETE)
            if number % 50 == 3:
                self.transport.close()
            elif not self.transport.is_closing():
                self._idle.append(self)

    def on_message_complete(self) -> None:
        """Serve httptools: the answer is whole."""
        self._whole = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Serve asyncio: the connection is over."""
        with contextlib.suppress(ValueError):
            self._idle.remove(self)
        if exc is not None and self._number >= 0 and not self._answered:
            self._asker.unanswered[self._number] = (self._asked_ns, now_ns())
        self._end(FIN if exc is None else RESET)

    def eof_received(self) -> None:
        """Serve asyncio: no more is coming, and no more is asked here."""
        with contextlib.suppress(ValueError):
            self._idle.remove(self)

    def _hang_up(self) -> None:
        if not self._answered:
            self._asker.left_unanswered.append(self._number)
        self._end(LEFT)
        self.transport.abort()

    def _end(self, letter: str) -> None:
        if self._number < 0:
            return
        self._asker.letters[self._number] = ord(letter)
        self._number = -1
        if self._timer is not None:
            self._timer.cancel()


class Asker:
    """Asks as planned, whatever becomes of what was asked before."""

    def __init__(self, load: Load) -> None:
        self.letters = bytearray()
        self.unanswered: dict[int, tuple[int, int]] = {}
        self.left_unanswered: list[int] = []
        self._load = load
        self._tls = ssl.create_default_context(cafile=load.ca)
        self._idle: dict[bool, list[Line]] = {True: [], False: []}
        self._refused: dict[bool, list[FailedConnection]] = {True: [], False: []}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask_all(self, ended: asyncio.Event) -> Told:
        """Ask until the time is over, or `ended`; return when nothing is open any more."""
        loop = asyncio.get_running_loop()
        zero, rate = loop.time(), self._load.rate_per_s
        number = 0
        while number < self._load.length_s * rate and not ended.is_set():
            await asyncio.sleep(max(0.0, zero + number / rate - loop.time()))
            self._begin(number)
            number += 1
        await asyncio.sleep(PATIENCE_S + CONNECT_S + 0.5)
        for line in [*self._idle[True], *self._idle[False]]:
            line.transport.close()
        await asyncio.sleep(0.5)
        return Told(
            planned=number,
            clear_refused=self._refused[False],
            tls_refused=self._refused[True],
            unanswered=self.unanswered,
            left_unanswered=self.left_unanswered,
        )

    def question(self, number: int) -> bytes:
        """Return a request; two thirds stream, and two thirds leave it to the proxy to key them."""
        trace = trace_id(self._load.run_tag, number)
        keyed = "" if number % 3 else "tracestate: crosswind=0\r\n"
        # With TLS a few thousand questions come over and over, in clear each comes once.
        asked = number % 2_000 if _is_tls(number) else number
        stream = "false" if number % 3 == 1 else "true"
        body = (
            f'{{"messages":[{{"role":"user","content":"Question {asked}"}}],'
            f'"max_tokens":6,"stream":{stream}}}'
        )
        return (
            "POST /openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21 HTTP/1.1\r\n"
            f"host: localhost\r\napi-key: k\r\ncontent-type: application/json\r\n{keyed}"
            f"traceparent: {traceparent(trace, attempt_span_id(trace, 0))}\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def _begin(self, number: int) -> None:
        self.letters.append(ord(UNASKED))
        idle = self._idle[_is_tls(number)]
        while idle:
            line = idle.pop()
            if not line.transport.is_closing():
                line.ask(number)
                return
        task = asyncio.ensure_future(self._connect(number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, number: int) -> None:
        tls, since_ns = _is_tls(number), now_ns()
        port = self._load.tls_port if tls else self._load.clear_port
        dialled = asyncio.get_running_loop().create_connection(
            lambda: Line(self, self._idle[tls]),
            "127.0.0.1",
            port,
            ssl=self._tls if tls else None,
            server_hostname="localhost" if tls else None,
        )
        try:
            _, line = await asyncio.wait_for(dialled, CONNECT_S)
        except OSError as error:  # a timeout is one, too
            self.letters[number] = ord(REFUSED)
            why = f"{type(error).__name__} {error}".strip()
            self._refused[tls].append(FailedConnection(since_ns, now_ns(), why))
            return
        line.ask(number)


def _is_tls(number: int) -> bool:
    return number % 10 == 9


async def _main(load: Load) -> tuple[Told, bytes]:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    asker = Asker(load)

    def wait_for_the_end() -> None:
        sys.stdin.read()
        with contextlib.suppress(RuntimeError):  # it is over anyway
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    print("ready", flush=True)
    return await asker.ask_all(ended), bytes(asker.letters)


def main() -> None:
    """Ask, and write down how each exchange ended."""
    load = msgspec.json.decode(sys.argv[1], type=Load)
    told, letters = uvloop.run(_main(load))
    Path(load.letters).write_bytes(letters)
    # Not to a pipe, which would fill up.
    Path(load.told).write_bytes(msgspec.json.encode(told))


if __name__ == "__main__":
    main()
