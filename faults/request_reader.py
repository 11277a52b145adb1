"""Where a client's request begins, where its head is whole, and where it ends."""

from typing import Final

import httptools

from faults.heads import HEAD_END, content_length_in, is_chunked

SURPLUS_BYTES: Final = 65_536
"""How much may come behind a request that is not answered yet."""

_LINE_ENDS = b"\r\n"


class RequestReader:
    """Watches one connection's requests, one at a time, without keeping their bodies.

    `head`: the current request's head, once `head_complete`; `low`: the same in lower case.
    `complete`: its last byte has come. `surplus`: bytes came behind it, a pipelined request.
    `unread`: it asks for another protocol, so what follows is not HTTP. `error`: the bytes are no
    HTTP, in the parser's words. `odd`: any of these three.
    """

    __slots__ = (
        "_begun",
        "_chunked",
        "_parser",
        "_seen",
        "_surplus_bytes",
        "complete",
        "error",
        "fragments",
        "head",
        "head_complete",
        "low",
        "odd",
        "surplus",
        "unread",
    )

    def __init__(self) -> None:
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self.error = ""
        self.unread = self.surplus = self.odd = False
        self.head = self.low = b""
        self._chunked: bool | None = None
        self._surplus_bytes = 0
        self.next()

    def next(self) -> None:
        """Get ready for the next request."""
        self._begun = self._seen = 0
        self.head_complete = self.complete = False
        self.fragments = b""

    def bears_surplus(self, size: int) -> bool:
        """Count bytes behind a whole request; False once there are too many."""
        self.odd = self.surplus = True
        self._surplus_bytes += size
        return self._surplus_bytes <= SURPLUS_BYTES

    def close(self) -> None:
        """Let the parser go, which holds on to its reader."""
        self._parser = None

    def take(self, data: bytes) -> bytes:
        """Return the current request's bytes that may be dealt with.

        Nothing until its head is whole, then all of it so far, then what comes.
        """
        if self.head_complete:
            taken = self._more_of_body(data)
            self._seen += len(taken)
            return taken
        whole = self.fragments + data if self.fragments else data
        if whole[0] in _LINE_ENDS:
            whole = whole.lstrip(_LINE_ENDS)
        self._feed(data)
        end = whole.find(HEAD_END) + len(HEAD_END)
        self._refuse_bare_lf(whole, end)
        if end < len(HEAD_END) or self.error:
            self.fragments = whole
            return b""
        self.head_complete = True
        self.head = whole[:end]
        self.low = self.head.lower()
        self._chunked = None
        if self._begun > 1 and not self.unread:
            self.odd = self.surplus = True
            whole = whole[: self._end_of_first(whole)]
        self._seen = len(whole)
        return whole

    def on_message_begin(self) -> None:
        """Serve httptools: a request begins, perhaps one too many."""
        self._begun += 1

    def on_message_complete(self) -> None:
        """Serve httptools: the request is whole."""
        self.complete = True

    def _refuse_bare_lf(self, whole: bytes, end: int) -> None:
        """Refuse heads of which parser and proxy would see the end at different places.

        The parser takes a LF for a line's end (as RFC 9112, 2.2 allows); another behind us may not.
        A CR without its LF it refuses, so that a LF alone is one more of them than there are CRs.
        """
        found = end >= len(HEAD_END)
        if whole.count(b"\n", 0, end) != whole.count(b"\r", 0, end) if found else self.complete:
            self.odd = True
            self.error = self.error or "a line of its head ends in a LF alone"

    def _feed(self, data: bytes) -> None:
        if self._parser is None:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.odd = self.unread = True
        except httptools.HttpParserError as error:
            if self.complete:
                self._begun += 1
            else:
                self.odd = True
                self.error = str(error)

    def _more_of_body(self, data: bytes) -> bytes:
        if self._chunked is None:
            self._chunked = is_chunked(self.low)
        if self._chunked:
            end = self._feed_to_end(data)
            if not data[end:].strip(_LINE_ENDS):
                return data
            self.odd = self.surplus = True
            return data[:end]
        self._feed(data)
        if self._begun < 2:
            return data
        self.odd = self.surplus = True
        return data[: len(self.head) + content_length_in(self.low) - self._seen]

    def _feed_to_end(self, data: bytes) -> int:
        """Feed a chunked body piece by piece, since the parser does not say where it ended."""
        start = 0
        for end in _possible_ends(data):
            self._feed(data[start:end])
            start = end
            if self.complete or self.error:
                break
        return start if self.complete else len(data)

    def _end_of_first(self, whole: bytes) -> int:
        """Return where the first of several requests ends."""
        size = len(self.head)
        if not is_chunked(self.low):
            return size + content_length_in(self.low)
        again = RequestReader()
        again.take(self.head)
        return size + again._feed_to_end(whole[size:])


def _possible_ends(data: bytes) -> list[int]:
    """Return the offsets at which a chunked body may end: behind an empty line, or at the end.

    An empty line that began in earlier bytes ends within the first three.
    """
    ends = {i + 1 for i, byte in enumerate(data[:3]) if byte == _LINE_ENDS[1]} | {len(data)}
    at = data.find(HEAD_END)
    while at >= 0:
        ends.add(at + len(HEAD_END))
        at = data.find(HEAD_END, at + 1)
    return sorted(ends)
