"""HTTP/1.1 framing for both ends, without sockets: write whole heads and chunks, read messages.

Source of the format: RFC 9112. The readers are thin turns of httptools (llhttp).
"""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import NamedTuple

import httptools

from providers.dialect import HttpRequest, MalformedAnswerError

LAST_CHUNK = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class MalformedRequestError(ValueError):
    """The bytes are no HTTP/1.1 request that can be served."""


def request_bytes(
    request: HttpRequest, host: str, headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    """Write a whole request; `headers` come after its own.

    Host, Content-Length and Connection: keep-alive are added where they are due and missing.
    """
    own = [*request.headers, *headers]
    given = {name.lower() for name, _ in own}
    due = [("Host", host), ("Connection", "keep-alive")]
    if request.body or request.method in _WITH_BODY:
        due.append(("Content-Length", str(len(request.body))))
    missing = [pair for pair in due if pair[0].lower() not in given]
    first = f"{request.method} {request.target} HTTP/1.1"
    return _head(first, [*missing, *own]) + request.body


def answer_head(
    status: int, headers: Iterable[tuple[str, str]], *, content_length: int | None
) -> bytes:
    """Write an answer's head; a body of `content_length` bytes follows, or chunks when None."""
    framing = (
        ("Transfer-Encoding", "chunked")
        if content_length is None
        else ("Content-Length", str(content_length))
    )
    return _head(f"HTTP/1.1 {status} {_REASONS.get(status, '')}", [*headers, framing])


def chunk(data: bytes) -> bytes:
    """Frame some of a chunked body; no data is no chunk, since an empty one would end the body."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _head(first_line: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [first_line, *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


MAX_HEAD_BYTES = 102_400
"""How large a head may be: what httpcore, below the official SDKs, takes at the most."""

_FIELD_EXTRA = len(": \r\n")


class AnswerReader:
    """Reads one answer: its status and headers once `head_complete`, its body as it comes.

    Interim answers (1xx) are passed over. Bytes after the end make the connection not `keep_alive`.
    A head has at most `MAX_HEAD_BYTES`.
    """

    def __init__(self) -> None:
        self._head_bytes = 0
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.head_complete = False
        self.complete = False
        self.keep_alive = False
        self._ends_at_eof = False
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Read on; raises MalformedAnswerError on bytes that are no HTTP answer."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise MalformedAnswerError("the connection was upgraded to another protocol") from None
        except httptools.HttpParserError as wrong:
            if not self.complete:
                raise MalformedAnswerError(f"not an HTTP/1.1 answer: {wrong}") from wrong
            self.keep_alive = False
        if self._head_bytes > MAX_HEAD_BYTES:
            raise MalformedAnswerError(f"a head of more than {MAX_HEAD_BYTES >> 10} KiB")

    def feed_eof(self) -> None:
        """Note the end of the connection: an answer that stays not `complete` was cut."""
        self.keep_alive = False
        self.complete = self.complete or self._ends_at_eof

    def take_body(self) -> bytes:
        """Return the body's bytes, free of framing, that came since the last call."""
        body = b"".join(self._body)
        self._body.clear()
        return body

    def on_message_begin(self) -> None:
        """Serve httptools: a message starts, perhaps one too many."""
        if self.complete:
            self.keep_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Serve httptools: one header; a repeated one is joined by commas (RFC 9110, 5.3)."""
        if self.head_complete:
            return
        self._head_bytes += len(name) + len(value) + _FIELD_EXTRA
        if self._head_bytes > MAX_HEAD_BYTES:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """Serve httptools: the head is whole."""
        status = self._parser.get_status_code()
        if self.complete:
            return
        if status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers.clear()
            return
        self.status = status
        self.head_complete = True
        self.keep_alive = self._parser.should_keep_alive()
        framed = "content-length" in self.headers or "transfer-encoding" in self.headers
        self._ends_at_eof = not framed

    def on_body(self, body: bytes) -> None:
        """Serve httptools: some of the body."""
        if not self.complete:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Serve httptools: the message is whole; after an interim one the answer is still due."""
        self.complete = self.complete or self.head_complete


class ReadRequest(NamedTuple):
    """A whole request, and whether its connection may serve another."""

    request: HttpRequest
    keep_alive: bool


class RequestReader:
    """Reads the requests of one connection, pipelined or not."""

    def __init__(self) -> None:
        self.continue_due = False
        self._last_read = False
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._whole: list[ReadRequest] = []
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> list[ReadRequest]:
        """Return the requests that `data` completes; raises MalformedRequestError.

        `continue_due` is set when the client waits for a 100 before it sends its body. What comes
        after a connection's last request is passed over (RFC 9112, 9.6).
        """
        if self._last_read:
            return []
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise MalformedRequestError("asks for another protocol") from None
        except httptools.HttpParserError as wrong:
            if not self._last_read:
                raise MalformedRequestError(f"not an HTTP/1.1 request: {wrong}") from wrong
        whole, self._whole = self._whole, []
        return whole

    def on_message_begin(self) -> None:
        """Serve httptools: a request starts."""
        self._target = b""
        self._headers = []
        self._body = []

    def on_url(self, url: bytes) -> None:
        """Serve httptools: some of the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Serve httptools: one header."""
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Serve httptools: the head is whole."""
        expected = (value.lower() for name, value in self._headers if name.lower() == "expect")
        self.continue_due = "100-continue" in expected

    def on_body(self, body: bytes) -> None:
        """Serve httptools: some of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Serve httptools: the request is whole."""
        self.continue_due = False
        request = HttpRequest(
            method=self._parser.get_method().decode("latin-1"),
            target=self._target.decode("latin-1"),
            headers=tuple(self._headers),
            body=b"".join(self._body),
        )
        keep_alive = self._parser.should_keep_alive()
        self._last_read = not keep_alive
        self._whole.append(ReadRequest(request, keep_alive))
