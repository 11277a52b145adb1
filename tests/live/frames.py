"""A client that speaks HTTP/2 frame by frame, and tells what came in the order in which it came."""

import contextlib
import socket
import time
from collections.abc import Sequence

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    ResponseReceived,
    StreamReset,
    TrailersReceived,
)

from faults.http2.goaway import Sieve

WITHIN_S = 10.0
CALL = (
    (":method", "POST"),
    (":scheme", "http"),
    (":path", "/test.Echo/Once"),
    (":authority", "localhost"),
    ("content-type", "application/grpc"),
    ("te", "trailers"),
)


class Frames:
    """One connection; `words` is what has come on it, `came` the events, `body` their bytes."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), WITHIN_S)
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.came: list[Event] = []
        self.words: list[str] = []
        self.body = b""
        # `h2` reads nothing behind a GOAWAY.
        self._sieve = Sieve(after_preface=False)
        self.flush()

    def call(
        self, body: bytes, fields: Sequence[tuple[str, str]] = CALL, *, end: bool = True
    ) -> int:
        """Send a request; return its stream."""
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, fields)
        self.h2.send_data(stream, body, end_stream=end)
        self.flush()
        return stream

    def read_until(self, *words: str) -> list[str]:
        """Read until all of these have come; return everything that has."""
        while not set(words) <= set(self.words):
            assert self.read(), f"FIN after {self.words}"
        return self.words

    def read_for(self, seconds: float) -> list[str]:
        """Read for so long, or up to the end of a stream; return everything that has come."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0 and not self._stream_ended():
            self.sock.settimeout(left)
            try:
                if not self.read():
                    break
            except TimeoutError:
                break
        self.sock.settimeout(WITHIN_S)
        return self.words

    def _stream_ended(self) -> bool:
        return any("end" in word or "reset" in word for word in self.words)

    def read(self) -> bool:
        """Read what comes next; False for a FIN."""
        data = self.sock.recv(65_536)
        read, gone = self._sieve.feed(data)
        self.words += [f"goaway {one.code} {one.last_stream}" for one in gone]
        for event in self.h2.receive_data(read):
            self.came.append(event)
            if word := _word(event):
                self.words.append(word)
            if isinstance(event, DataReceived):
                self.body += event.data or b""
                if event.flow_controlled_length and not event.stream_ended:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()
        return bool(data)

    def flush(self) -> None:
        """Send what is framed; the peer may have closed by now."""
        with contextlib.suppress(OSError):
            self.sock.sendall(self.h2.data_to_send())

    def close(self) -> None:
        self.sock.close()


def _word(event: Event) -> str:
    match event:
        case ResponseReceived(stream_ended=None):
            return "head"
        case ResponseReceived():
            return "head, end"
        case DataReceived(data=data, stream_ended=ended) if data or ended:
            return "data, end" if ended else "data"
        case TrailersReceived():
            return "trailers, end"
        case StreamReset(error_code=code):
            return f"reset {int(code)}"
    return ""
