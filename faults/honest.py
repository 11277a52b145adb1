"""The honest answer as steps: a head, whole events, an end, as the provider sends them.

Bodies come free of framing and of gzip. A stream of events is cut into its events and their
content tokens are counted; any other body comes in the pieces that it arrived in.
"""

import zlib
from collections.abc import Callable
from typing import Final

import httptools

from faults.heads import HEAD_END, is_framed, told_fields
from faults.steps import Close, End, Event, Head, Reset, Step
from providers.dialect import Delta, Dialect, MalformedAnswerError
from providers.sse import EventSplitter, event_data
from providers.words import numbers_in

_GZIP: Final = frozenset({"gzip", "x-gzip"})
_LINE_ENDS: Final = b"\r\n"
"""Empty lines before a head are nothing, here as in the parser."""

_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class HonestReader:
    """Reads one answer of a provider and hands its steps on.

    `interim` gets whole 1xx heads. `encoding`: a content coding that cannot be undone here, so
    that no event can be seen; `decodes`: one that is. `trailers`: header lines behind a chunked
    body. `tokens`: content tokens so far, None unless the answer is a readable stream.
    """

    def __init__(
        self,
        dialect: Dialect,
        hear: Callable[[list[Step]], None],
        interim: Callable[[bytes], None],
        *,
        bodiless: bool,
    ) -> None:
        self.encoding = ""
        self.trailers: list[bytes] = []
        self.tokens: int | None = None
        self.reusable = False
        self.error = ""
        self._dialect = dialect
        self._tell = hear
        self._steps: list[Step] = []
        self._interim = interim
        self._bodiless = bodiless
        self._head = b""
        self._final = self._past_head = self._complete = self._ended = False
        self._keep_alive = self._upgraded = False
        self._pieces: list[bytes] = []
        self._gunzip: zlib._Decompress | None = None
        self._splitter: EventSplitter | None = None
        self._parser = httptools.HttpResponseParser(self)

    @property
    def decodes(self) -> bool:
        """The body is freed from its content coding."""
        return self._gunzip is not None

    # What the connection tells us.

    def feed(self, data: bytes) -> None:
        """Take the provider's bytes."""
        if not self._past_head:
            self._head = (self._head + data).lstrip(_LINE_ENDS)
        if self._upgraded:
            self._pieces.append(data)
        else:
            self._parse(data)
        if not self._past_head and (self._final or not self.error):
            # What is wrong may be behind the head, in the same bytes.
            self._take_heads()
        if self._past_head:
            self._take_body()
        if self.error:
            self._finish(Reset())
        elif self._complete:
            self.reusable = self._keep_alive
            self._finish(End())
        self._hand_on()

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._complete:
                self._keep_alive = False
                return
            # What follows is of another protocol: pieces of bytes, up to the end.
            self._upgraded = True
            rest = data[upgrade.args[0] :]
            whole = self._head[: len(self._head) - len(rest)]
            start = whole.rfind(HEAD_END, 0, len(whole) - len(HEAD_END))
            self._take_final_head(whole[start + len(HEAD_END) :] if start >= 0 else whole)
            self._pieces.append(rest)
        except httptools.HttpParserError as error:
            if self._complete:  # it is what follows that cannot be read
                self._keep_alive = False
            else:
                self.error = self.error or f"not an answer that can be read: {error}"

    def feed_eof(self, *, broken: bool) -> None:
        """Take the end of the provider's connection."""
        if broken:
            self._finish(Reset())
        else:
            until_close = self._past_head and not is_framed(self._head.lower())
            self._finish(End() if until_close else Close())
        self._hand_on()

    # What the parser tells us.

    def on_message_begin(self) -> None:
        """Serve httptools: an answer begins, perhaps one that nobody asked for."""
        self._keep_alive = self._keep_alive and not self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """Serve httptools: one header line; only trailers are of interest."""
        if self._final and not self._complete:
            self.trailers.append(b"%b: %b" % (name, value))

    def on_headers_complete(self) -> None:
        """Serve httptools: a head is whole, perhaps an interim one."""
        if self._complete:
            return
        status = self._parser.get_status_code()
        if status < 100:
            self.error = self.error or f"no answer has the status {status}"
        self._final = status >= 200
        self._keep_alive = self._parser.should_keep_alive()
        self._complete = self._final and self._bodiless

    def on_body(self, body: bytes) -> None:
        """Serve httptools: some of the body."""
        if self._complete:
            return
        if not self._final:
            self.error = self.error or "an interim answer has no body"
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Serve httptools: the answer is whole, unless it was an interim one."""
        self._complete = self._complete or self._final

    # From bytes to steps.

    def _take_heads(self) -> None:
        while HEAD_END in self._head:
            end = self._head.find(HEAD_END) + len(HEAD_END)
            head, rest = self._head[:end], self._head[end:]
            if head[9:10] != b"1":
                self._take_final_head(head)
                return
            self._interim(head)
            self._head = rest.lstrip(_LINE_ENDS)

    def _take_final_head(self, raw: bytes) -> None:
        self._head, self._past_head = raw, True
        headers = told_fields(raw)
        self._choose_reading({name.lower(): value.lower() for name, value in headers})
        self._steps.append(Head(status=int(raw[9:12]), headers=headers, raw=raw))

    def _choose_reading(self, headers: dict[str, str]) -> None:
        encoding = headers.get("content-encoding", "identity").strip()
        if encoding in _GZIP:
            self._gunzip = zlib.decompressobj(_GZIP_WINDOW)
        elif encoding not in {"identity", ""}:
            self.encoding = encoding
            return
        if headers.get("content-type", "").startswith("text/event-stream"):
            self._splitter = EventSplitter()
            self.tokens = 0

    def _take_body(self) -> None:
        pieces, self._pieces = self._pieces, []
        for piece in pieces:
            data = piece if self._gunzip is None else self._inflate(self._gunzip, piece)
            if self._splitter is None:
                self._say(Event(data=data))
            else:
                for raw in self._splitter.feed(data):
                    self._say(self._event(raw))

    def _inflate(self, gunzip: "zlib._Decompress", piece: bytes) -> bytes:
        try:
            return gunzip.decompress(piece)
        except zlib.error as error:
            self.error = f"not the gzip that it claims to be: {error}"
            return b""

    def _say(self, event: Event) -> None:
        if event.data:
            self._steps.append(event)

    def _event(self, raw: bytes) -> Event:
        event = event_of(self._dialect, raw)
        self.tokens = (self.tokens or 0) + event.tokens
        return event

    def _finish(self, ending: Step) -> None:
        if self._ended:
            return
        self._ended = True
        if self._splitter is not None:
            self._say(Event(data=self._splitter.rest()))
        self._steps.append(ending)

    def _hand_on(self) -> None:
        steps, self._steps = self._steps, []
        if steps:
            self._tell(steps)


def event_of(dialect: Dialect, raw: bytes) -> Event:
    """Return a whole server-sent event, its content tokens counted."""
    delta = _delta(dialect, raw)
    tokens = len(numbers_in(delta.text)) or int(bool(delta.text))
    return Event(data=raw, tokens=tokens, finish=delta.finish_reason is not None)


def _delta(dialect: Dialect, raw: bytes) -> Delta:
    data = event_data(raw)
    if data is None:
        return Delta()
    try:
        return dialect.read_event(data)
    except MalformedAnswerError:
        return Delta()
