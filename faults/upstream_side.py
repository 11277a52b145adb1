"""The proxy's connection to a provider: it belongs to one client's connection and mirrors it.

Bytes pass as they came; the parser only watches where answers begin and end. A script instead
reads the answer step by step: then a reader stands between.
"""

import asyncio
from typing import Protocol, cast

import httptools

from faults import tcp
from faults.heads import HEAD_END, is_framed, rewrite_answer
from telemetry.clock import now_ns
from telemetry.rows import HopEnded

_BODILESS = frozenset({204, 304})
_INTERIM = ord("1")


class Answered(Protocol):
    """The client's side, as the upstream's side knows it."""

    transport: asyncio.Transport
    row: HopEnded | None

    def answer_complete(self) -> None:
        """Hear that the whole answer has passed."""

    def answer_refused(self, error: str) -> None:
        """Hear that the parser refuses the answer: from here on everything passes unread."""

    def upgraded(self) -> None:
        """Hear that the answer changed the protocol: from here on everything passes unread."""

    def upstream_closed(self, *, complete: bool) -> None:
        """Hear the provider's FIN; `complete`: that was the answer's own end."""

    def upstream_broke(self, error: str) -> None:
        """Hear that the connection to the provider was reset."""

    def pause_client(self) -> None:
        """Stop reading the client: the provider takes no more for now."""

    def resume_client(self) -> None:
        """Read the client again: the provider takes more."""


class AnswerReader(Protocol):
    """What a script puts between: it reads the honest answer as steps.

    `reusable`: the answer was whole, and its connection may carry another.
    """

    reusable: bool

    def feed(self, data: bytes) -> None:
        """Take the provider's bytes."""

    def feed_eof(self, *, broken: bool) -> None:
        """Take the end of the provider's connection."""


class UpstreamSide(asyncio.Protocol):
    """Relays one client's answers, one after the other."""

    __slots__ = (
        "answered",
        "bodiless",
        "client",
        "complete",
        "final",
        "fragments",
        "head",
        "parser",
        "past_head",
        "reader",
        "status",
        "transport",
        "unread",
    )

    def __init__(self, client: Answered) -> None:
        self.client: Answered | None = client
        self.transport: asyncio.Transport | None = None
        self.unread = False
        self.parser = httptools.HttpResponseParser(self)
        self.head = b""
        self.expect(bodiless=False)

    def expect(self, reader: AnswerReader | None = None, *, bodiless: bool) -> None:
        """Get ready for the next answer; one to HEAD has no body, whatever its head says."""
        self.reader = reader
        self.bodiless = bodiless
        self.final = self.complete = self.past_head = False
        self.status = 0
        self.fragments = b""

    def finish_reading(self) -> bool:
        """Take the reader away; True if its answer was whole and another may follow."""
        reader, self.reader = self.reader, None
        if self.client is None or self.transport is None:
            return False
        self.complete = reader is None or reader.reusable
        return self.complete

    def detach(self) -> None:
        """Break with the client: reset the connection unless it is idle."""
        self.client = self.reader = None
        if self.transport is None:
            return
        if self.complete:
            self.transport.close()
        else:
            tcp.reset(self.transport)

    # What the loop tells us.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: connected."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: relay, watching."""
        client = self.client
        if client is None:
            return
        row = client.row
        if row is None or self.unread or self.reader is not None:
            self._receive_unwatched(client, data)
            return
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as odd:
            self._receive_odd(client, data, odd)
            return
        if not self.past_head:
            data = self._head_bytes(row, data)
        row.bytes_out += len(data)
        client.transport.write(data)
        if self.complete:
            if self.bodiless:
                # The parser waits for the body that the head announced.
                self.parser = httptools.HttpResponseParser(self)
            client.answer_complete()

    def eof_received(self) -> None:
        """Serve asyncio: the provider sent FIN; the transport closes itself."""
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Serve asyncio: the connection is gone, broken if `exc` says so."""
        if exc is not None and self.client is not None:
            self._read_what_is_left()
        self.transport = None
        self._end(exc)

    def _end(self, exc: Exception | None) -> None:
        client, self.client = self.client, None
        if client is None:
            return
        if self.reader is not None:
            self.reader.feed_eof(broken=exc is not None)
            return
        _pass(client, self.fragments)
        if exc is not None:
            client.upstream_broke(f"{type(exc).__name__}: {exc}")
            return
        until_close = self.final and not self.complete and not is_framed(self.head.lower())
        client.upstream_closed(complete=until_close)

    def _read_what_is_left(self) -> None:
        """Take what came before a failed write closed the transport, perhaps an early answer."""
        transport = self.transport
        if transport is not None and transport.get_extra_info("sslcontext") is None:
            rest = tcp.read_what_is_left(transport)
            if rest:
                self.data_received(rest)

    def pause_writing(self) -> None:
        """Serve asyncio: the provider reads slower than the client sends."""
        if self.client is not None:
            self.client.pause_client()

    def resume_writing(self) -> None:
        """Serve asyncio: the provider caught up."""
        if self.client is not None:
            self.client.resume_client()

    # What the parser tells us.

    def on_headers_complete(self) -> None:
        """Serve httptools: a head is whole, perhaps an interim one."""
        status = self.parser.get_status_code()
        if status >= 200 and not self.final:
            self.final = True
            self.status = status
            self.complete = self.bodiless or status in _BODILESS

    def on_message_complete(self) -> None:
        """Serve httptools: the answer is whole, unless it was an interim one."""
        self.complete = self.final

    # The rare and the cold.

    def _head_bytes(self, row: HopEnded, data: bytes) -> bytes:
        """Return what may pass: whole heads only, the final one without fields of our hop."""
        whole = self.fragments + data if self.fragments else data
        if not self.final:
            end = whole.rfind(HEAD_END) + len(HEAD_END) if HEAD_END in whole else 0
            self.fragments = whole[end:]
            return whole[:end]
        self.past_head = True
        self.fragments = b""
        row.status = self.status
        row.head_ns = now_ns()
        start = 0 if whole[9] != _INTERIM else _final_head_start(whole)
        end = whole.find(HEAD_END, start) + len(HEAD_END)
        self.head = head = whole[start:end]
        rewritten = rewrite_answer(head)
        return whole if rewritten is head else whole[:start] + rewritten + whole[end:]

    def _receive_unwatched(self, client: Answered, data: bytes) -> None:
        if self.reader is not None:
            self.reader.feed(data)
        else:
            _pass(client, data)

    def _receive_odd(self, client: Answered, data: bytes, odd: Exception) -> None:
        """Deal with a change of protocol, or with bytes that are no answer."""
        self.unread = True
        fragments, self.fragments = self.fragments, b""
        _pass(client, fragments + data)
        if isinstance(odd, httptools.HttpParserUpgrade):
            if client.row is not None:
                client.row.status = self.parser.get_status_code()
                client.row.head_ns = now_ns()
            client.upgraded()
        elif self.complete and self.transport is not None:
            # Bytes behind a whole answer belong to nothing: the connection ends with them.
            self.client = None
            self.transport.close()
            client.upstream_closed(complete=True)
        else:
            client.answer_refused(str(odd))


def _pass(client: Answered, data: bytes) -> None:
    if client.row is not None:
        client.row.bytes_out += len(data)
    client.transport.write(data)


def _final_head_start(whole: bytes) -> int:
    """Skip the interim heads that came in front of the final one."""
    start = 0
    while whole.startswith(b"HTTP/1.", start) and whole[start + 9] == _INTERIM:
        start = whole.find(HEAD_END, start) + 4
    return start
