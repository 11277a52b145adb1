"""Request and answer heads as bytes: what a proxy must change in them, and nothing more.

Everything else keeps its bytes, order and case. Rules: RFC 9110 section 7.6.1 (fields of one hop)
and 7.2 (Host names the server that is asked). Heads here end with their empty line; `low` is
always the same head in lower case, made once and searched often.
"""

import re
from typing import NamedTuple

from telemetry.identity import Parent

HEAD_END = b"\r\n\r\n"
MAX_HEAD_BYTES = 65_536

# The first look keeps most lines from the second.
_ONE_HOP = re.compile(
    rb"\n(?=[kptuc])(?:(?:keep-alive|proxy-connection|te|upgrade):|"
    rb"connection:(?![ \t]*(?:keep-alive|close)[ \t]*\r))"
)
_TRACEPARENT = re.compile(
    rb"\ntraceparent:[ \t]*(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-"
)
_ATTEMPT_KEY = re.compile(rb"\ntracestate:(?:[^\r]*,)?[ \t]*crosswind=(\d{1,18})[ \t]*[,\r]")
_CONTENT_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d+)")
_FRAMING = re.compile(rb"\n(?:content-length|transfer-encoding):")
_CHUNKED = re.compile(rb"\ntransfer-encoding:[^\r]*chunked")
_CLOSE = re.compile(rb"\nconnection:[^\r]*\bclose\b")
_HOST = re.compile(rb"\nhost:[ \t]*([^\r \t]+)[ \t]*\r")
_EXPECTS = re.compile(rb"\nexpect:[ \t]*100-continue")
_ALWAYS_DROPPED = frozenset({b"keep-alive", b"proxy-connection", b"te"})
_CONNECTION_WORDS = frozenset({b"close", b"keep-alive", b"upgrade"})
_SPACE = " \t\n\r\x0b\x0c"
"""What is stripped from bytes: text has more kinds of white space than fields."""


class Field(NamedTuple):
    """One header line: its name in lower case, its value, and the line as it came."""

    name: bytes
    value: bytes
    line: bytes


def rewrite_request(head: bytes, low: bytes, authority: bytes) -> bytes:
    """Return a request head as the upstream is to get it: its own Host, no fields of our hop.

    `authority` is the value of the Host field with the space before it.
    """
    start = low.find(b"\nhost:")
    if start < 0:
        start = head.find(b"\n") + 1
        head = b"%bHost:%b\r\n%b" % (head[:start], authority, head[start:])
    else:
        head = head[: start + 6] + authority + head[low.find(b"\r", start) :]
    return head if _ONE_HOP.search(low) is None else without_one_hop_fields(head)


def rewrite_answer(head: bytes) -> bytes:
    """Return an answer's head without the fields that were meant for our hop alone."""
    return head if _ONE_HOP.search(head.lower()) is None else without_one_hop_fields(head)


def without_one_hop_fields(head: bytes) -> bytes:
    """Drop the fields of one hop; of `Connection` what it says about this connection stays."""
    fields = fields_of(head)
    words = _connection_words(fields)
    dropped = _ALWAYS_DROPPED | (words - _CONNECTION_WORDS)
    if b"upgrade" not in words:
        dropped |= {b"upgrade"}
    kept = [_own_connection(f) if f.name == b"connection" else f.line for f in fields]
    lines = [line for f, line in zip(fields, kept, strict=True) if f.name not in dropped and line]
    return assemble(start_line(head), lines)


def replace_field(head: bytes, name: bytes, value: bytes) -> bytes:
    """Return the head with every field of that name gone and one `name: value` at its end."""
    lines = other_lines(head, frozenset({name.lower()}))
    return assemble(start_line(head), [*lines, b"%b: %b" % (name, value)])


def without_field(head: bytes, name: bytes) -> bytes:
    """Return the head without the fields of that name."""
    return assemble(start_line(head), other_lines(head, frozenset({name.lower()})))


def other_lines(head: bytes, names: frozenset[bytes]) -> list[bytes]:
    """Return the header lines whose lower-case name is not among `names`."""
    lines = _lines(head)
    return [line for line in lines if line.partition(b":")[0].strip().lower() not in names]


def start_line(head: bytes) -> bytes:
    """Return the request line or status line."""
    return head[: head.find(b"\r\n")]


def assemble(first: bytes, lines: list[bytes]) -> bytes:
    """Put a head together."""
    return b"\r\n".join([first, *lines, b"", b""])


def fields_of(head: bytes) -> list[Field]:
    """Read the header lines of a head that an HTTP parser has accepted."""
    found = []
    for line in _lines(head):
        name, _, value = line.partition(b":")
        found.append(Field(name.strip().lower(), value.strip(), line))
    return found


def told_fields(head: bytes) -> tuple[tuple[str, str], ...]:
    """Read the same lines as text: names as they came, and values."""
    parts = (line.partition(":") for line in head[:-4].decode("latin-1").split("\r\n")[1:])
    return tuple((name.rstrip(_SPACE), value.strip(_SPACE)) for name, _, value in parts)


def url_in(head: bytes, low: bytes, scheme: str) -> str:
    """Return where a request was sent: by its Host field, or as its target says, if that does."""
    target = start_line(head).split(b" ")[1].decode("latin-1")
    if not target.startswith("/"):
        return target if "://" in target else "/"
    host = _HOST.search(low)
    return target if host is None else f"{scheme}://{host[1].decode('latin-1')}{target}"


def parent_in(low: bytes) -> Parent | None:
    """Read the `traceparent` of a head, None when there is none to be trusted."""
    # To find a plain word first costs a third of what the expression's own search does.
    at = low.find(b"\ntraceparent:")
    found = None if at < 0 else _TRACEPARENT.search(low, at)
    if found is None:
        return None
    trace, span = found.groups()
    return Parent(trace.decode(), span.decode())


def attempt_key_in(low: bytes) -> int | None:
    """Read the client's per-endpoint ordinal from `tracestate`."""
    at = low.find(b"\ntracestate:")
    found = None if at < 0 else _ATTEMPT_KEY.search(low, at)
    return None if found is None else int(found[1])


def content_length_in(low: bytes) -> int:
    """Return the declared length of the body, 0 without one."""
    found = _CONTENT_LENGTH.search(low)
    return 0 if found is None else int(found[1])


def is_chunked(low: bytes) -> bool:
    """Tell whether the body comes in chunks."""
    return _CHUNKED.search(low) is not None


def is_framed(low: bytes) -> bool:
    """Tell whether the head says how its body ends; otherwise the connection's end does."""
    return _FRAMING.search(low) is not None


def is_old(low: bytes) -> bool:
    """Tell whether a head is HTTP/1.0's: its sender knows no chunks."""
    return b"http/1.0" in low[: low.find(b"\r")]


def ends_connection(low: bytes) -> bool:
    """Tell whether the connection is to end with this message."""
    return is_old(low) or _CLOSE.search(low) is not None


def expects_continue(low: bytes) -> bool:
    """Tell whether the client waits for `100 Continue` before it sends the body."""
    return _EXPECTS.search(low) is not None


def _lines(head: bytes) -> list[bytes]:
    return head[:-4].split(b"\r\n")[1:]


def _connection_words(fields: list[Field]) -> frozenset[bytes]:
    values = [f.value.lower() for f in fields if f.name == b"connection"]
    return frozenset(word.strip() for value in values for word in value.split(b",")) - {b""}


def _own_connection(field: Field) -> bytes:
    words = [word.strip() for word in field.value.split(b",")]
    kept = [word for word in words if word.lower() in _CONNECTION_WORDS]
    return b"Connection: " + b", ".join(kept) if kept else b""
