"""Server-sent events as bytes: whole raw events in, whole raw events out, however they are cut.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. Lines end in LF or CRLF, as
both clouds send them, even mixed; a lone CR, which the format also allows, ends no line here.
"""

import re

_BLANK_LINE = re.compile(rb"\n\r?\n")
_LONGEST_TERMINATOR = 3
_DATA = b"data: "


class EventSplitter:
    """Cuts a stream's bytes into whole events, each with its terminator."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the events that `data` completes; put together, they are the bytes that came."""
        # A terminator may have been cut in two: its start is looked at again.
        search_from = max(0, len(self._rest) - _LONGEST_TERMINATOR + 1)
        buffered = self._rest + data if self._rest else data
        events: list[bytes] = []
        start = 0
        while (blank := _BLANK_LINE.search(buffered, search_from)) is not None:
            search_from = blank.end()
            events.append(buffered[start:search_from])
            start = search_from
        self._rest = buffered[start:] if start else buffered
        return events

    def rest(self) -> bytes:
        """Return the unfinished tail: the bytes of an event whose terminator has not come."""
        return self._rest


def event_data(event: bytes) -> bytes | None:
    """Return an event's data, its lines joined by LF; None when it has none (a keep-alive)."""
    if event.startswith(_DATA) and event.count(b"\n") == 2:
        data = event[len(_DATA) :].rstrip(b"\r\n")
        if b"\r" not in data:
            return data
    lines = [_data_of(line) for line in event.splitlines()]
    given = [line for line in lines if line is not None]
    return b"\n".join(given) if given else None


def _data_of(line: bytes) -> bytes | None:
    field, _, value = line.partition(b":")
    return value.removeprefix(b" ") if field == b"data" else None
