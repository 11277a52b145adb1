"""Events broken as things on the way break them: bytes in, bytes out. Pure."""

import re
from typing import Final, Literal

from faults.steps import Event
from providers.edited import edited_event, text
from providers.sse import event_data

Kind = Literal["bad_json", "bad_utf8", "missing_prefix", "crlf", "bom", "oversize"]

_CHARACTER: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
"""Where a character of several bytes begins."""


def broken(event: Event, kind: Kind, size_bytes: int) -> Event:
    """Return an event broken; its tokens are counted where a reader of the format gets them."""
    data, end = event_data(event.data), _end_of(event.data)
    match kind:
        case "bad_json":
            return Event(data=b"data: " + (data or b"")[: len(data or b"") // 2] + end)
        case "bad_utf8":
            return Event(data=b"data: \xff" + (data or b"") + end)
        case "missing_prefix":
            return Event(data=(data or b"") + end)
        case "bom":
            return Event(data=b"\xef\xbb\xbf" + event.data)
        case "crlf":
            return _with(event, _other_line_ends(event.data))
        case "oversize":
            return _with(event, _padded(event.data, size_bytes - len(data or b"")))


def in_two(data: bytes) -> tuple[bytes, bytes]:
    """Cut an event within its first character of several bytes; a text without gets one.

    An event without a text is cut in the middle; one byte has none, and the second piece is empty.
    """
    whole = data if _CHARACTER.search(data) else edited_event(data, text(lambda said: said + "é"))
    found = _CHARACTER.search(whole)
    cut = max(1, len(whole) // 2) if found is None else found.start() + 1
    return whole[:cut], whole[cut:]


def _with(event: Event, data: bytes) -> Event:
    return Event(data=data, tokens=event.tokens, finish=event.finish)


def _other_line_ends(data: bytes) -> bytes:
    if b"\r\n" in data:
        return data.replace(b"\r\n", b"\n")
    return data.replace(b"\n", b"\r\n")


def _padded(event: bytes, size: int) -> bytes:
    """Put spaces before the data, which JSON has room for there."""
    if event_data(event) is None:
        return event
    return event.replace(b"data:", b"data:" + b" " * size, 1) if size > 0 else event


def _end_of(event: bytes) -> bytes:
    return b"\r\n\r\n" if event.endswith(b"\r\n\r\n") else b"\n\n"
