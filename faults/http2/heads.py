"""Heads of HTTP/2 as the rest of the proxy knows them, and back. Pure.

Decisions and identities read the head of HTTP/1.1; so a request has one, made of its fields.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from faults.heads import attempt_key_in, parent_in
from faults.request import Request
from faults.steps import Head
from providers.grpc import is_grpc

Field = tuple[bytes, bytes]

_ONE_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}
)
"""What HTTP/2 forbids (RFC 9113, 8.2.2)."""


def request_of(fields: Sequence[Field]) -> Request:
    """Return a request by its fields, pseudo-header fields first."""
    pseudo = dict(field for field in fields if field[0].startswith(b":"))
    lines = [b"%b %b HTTP/1.1" % (pseudo.get(b":method", b""), pseudo.get(b":path", b""))]
    if b":authority" in pseudo:
        lines.append(b"host: " + pseudo[b":authority"])
    lines += [b"%b: %b" % field for field in fields if not field[0].startswith(b":")]
    head = b"\r\n".join((*lines, b"", b""))
    low = head.lower()
    parent = parent_in(low)
    return Request(head, low, parent, None if parent is None else attempt_key_in(low))


def asks_grpc(fields: Iterable[Field]) -> bool:
    """Tell whether a request's body is gRPC messages."""
    return any(
        is_grpc(value.decode("latin-1")) for name, value in fields if name == b"content-type"
    )


def for_upstream(
    fields: Iterable[Field], authority: bytes, scheme: bytes, *, plain: bool
) -> list[Field]:
    """Return the fields as the upstream is to get them; `plain`: in no content coding."""
    pseudo = {b":authority": authority, b":scheme": scheme}
    dropped = {b"host", b"accept-encoding"} if plain else {b"host"}
    # A field that is never to be indexed is a tuple of its own kind, and stays it.
    kept = [field for field in fields if field[0] not in dropped]
    told = [(field[0], pseudo[field[0]]) if field[0] in pseudo else field for field in kept]
    if b":authority" not in {name for name, _ in told}:
        told.insert(0, (b":authority", authority))
    return [*told, (b"accept-encoding", b"identity")] if plain else told


def head_of(fields: Iterable[Field]) -> Head:
    """Return an answer's head as a step."""
    told = text_of(fields)
    status = next((value for name, value in told if name == ":status"), "0")
    headers = tuple(field for field in told if not field[0].startswith(":"))
    return Head(status=int(status) if status.isdecimal() else 0, headers=headers)


def fields_of(head: Head, *, measured: bool) -> list[Field]:
    """Return a head's fields; `measured`: the body is the one whose length the head gives."""
    told = [(b":status", str(head.status).encode())]
    dropped = _ONE_HOP if measured else _ONE_HOP | {"content-length"}
    told += plain_fields((n, v) for n, v in head.headers if n.lower() not in dropped)
    if head.length is not None:
        told.append((b"content-length", str(head.length).encode()))
    return told


def plain_fields(headers: Iterable[tuple[str, str]]) -> list[Field]:
    """Return fields as HTTP/2 writes them: names in lower case."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def text_of(fields: Iterable[Field]) -> tuple[tuple[str, str], ...]:
    """Return fields as text, byte by byte."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
