"""What clients and providers say in tests, as bytes."""

import uuid
from collections.abc import Iterable

from providers.catalog import make_dialect
from providers.dialect import Answer
from providers.words import token_text

DIALECT: dict[str, dict[str, object]] = {"azure-openai": {}}
AZURE = make_dialect(DIALECT)
ANSWER = Answer(response_id="1", created_s=0, prompt_tokens=9, output_tokens=3, include_usage=True)
PLAIN = b"HTTP/1.1 200 OK\r\nX-One: 1\r\nx-ONE: 2\r\nContent-Type: text/plain\r\n"
"""A head that lacks its framing and its end."""
OK = PLAIN + b"Content-Length: 2\r\n\r\nok"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def request(
    body: bytes = b"",
    *,
    method: bytes = b"POST",
    headers: bytes = b"",
    target: bytes = b"/v1/x",
    span: str = "00000000000000ff",
) -> bytes:
    """Write a request as a client would, traced but of no run."""
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    traced = f"traceparent: 00-{'ab' * 16}-{span}-01\r\n".encode()
    head = b"%b %b HTTP/1.1\r\nHost: proxy.test\r\n%b%b%b\r\n"
    return head % (method, target, headers, traced, length) + body


def new_span() -> str:
    """Return a span id that no other request has."""
    return uuid.uuid4().hex[:16]


def dechunk(body: bytes) -> tuple[list[bytes], bytes]:
    """Return the chunks of a chunked body and what follows the last one; fails on bad framing."""
    chunks: list[bytes] = []
    while True:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return chunks, body
        assert body[length : length + 2] == b"\r\n"
        chunks.append(body[:length])
        body = body[length + 2 :]


def events(tokens: int) -> list[bytes]:
    """Return the raw events of a whole streamed answer of so many numbered tokens."""
    told = [AZURE.token(ANSWER, token_text(1, number)) for number in range(tokens)]
    return [*AZURE.opening(ANSWER), *told, *AZURE.closing(ANSWER)]


def chunked(pieces: Iterable[bytes], trailers: bytes = b"") -> bytes:
    """Write a chunked body."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return framed + b"0\r\n" + trailers + b"\r\n"


def get(span: str) -> bytes:
    return request(method=b"GET", span=span)
