"""One connection to a stand-in: keep-alive, one answer at a time, one timer per answer."""

import asyncio
import math
from collections import deque
from collections.abc import Iterator
from typing import cast

from providers import words
from providers.dialect import Asked, HttpAnswer, HttpRequest
from providers.http1 import CONTINUE, MalformedRequestError, ReadRequest, RequestReader, answer_head
from providers.limits import Entry
from providers.pacing import Moment
from providers.request_log import Ended, Line
from providers.stand_in_endpoint import StandInEndpoint
from telemetry.clock import now_ns
from telemetry.identity import Parent, parse_traceparent

_CLOSE = (("Connection", "close"),)
_EARLY_S = 0.001
"""Event loops keep time in whole milliseconds: what is due within one is due."""

GRID_S = 0.005
"""Answers wake the process together: most of a token's cost is the wake-up. Nothing drifts by it,
since what comes next counts from when this was due.
"""


class StandInConnection(asyncio.Protocol):
    """Reads requests and has them answered in order."""

    def __init__(self, endpoint: StandInEndpoint) -> None:
        self._endpoint = endpoint
        self._reader = RequestReader()
        self._waiting: deque[ReadRequest] = deque()
        self._answering: _Answering | None = None
        self._no_more = False
        self._transport: asyncio.Transport

    @property
    def busy(self) -> bool:
        """True while a request waits for its answer's end."""
        return self._answering is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is there."""
        self._transport = cast("asyncio.Transport", transport)
        self._endpoint.clients.add(self)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: some of a request, or of several."""
        try:
            self._waiting.extend(self._reader.feed(data))
        except MalformedRequestError as wrong:
            self._no_more = True
            self._refuse_bytes(str(wrong))
            return
        if self._reader.continue_due:
            self._reader.continue_due = False
            self._transport.write(CONTINUE)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - gone is gone
        """Serve asyncio: the client is gone, and what it asked for is not generated further."""
        self._endpoint.clients.discard(self)
        self._waiting.clear()
        if self._answering is not None:
            self._answering.cancel("client_gone")
            self._answering = None

    def send(self, data: bytes) -> None:
        """Write bytes to the client."""
        self._transport.write(data)

    def answered(self, *, keep_alive: bool) -> None:
        """Note the end of the answer under way: the next one, or the connection's end."""
        self._answering = None
        if not keep_alive or self._no_more or self._endpoint.stopping:
            self._transport.close()
        elif self._waiting:
            asyncio.get_running_loop().call_soon(self._next)

    def close_if_idle(self) -> None:
        """Close now, or after the answer that is under way."""
        self._no_more = True
        if not self.busy:
            self._transport.close()

    def cut(self) -> None:
        """Close now, whatever is under way."""
        if self._answering is not None:
            self._answering.cancel("shutdown")
            self._answering = None
        self._transport.abort()

    def _next(self) -> None:
        if self.busy or self._no_more or not self._waiting:
            return
        read = self._waiting.popleft()
        self._answering = _Answering(self._endpoint, self, read)
        self._answering.begin()

    def _refuse_bytes(self, reason: str) -> None:
        if self.busy:
            return
        body = reason.encode()
        headers = [("Content-Type", "text/plain"), *_CLOSE]
        self._transport.write(answer_head(400, headers, content_length=len(body)) + body)
        self._transport.close()


class _Answering:
    """One request on its way from arrival to the line in the log."""

    def __init__(
        self, endpoint: StandInEndpoint, connection: StandInConnection, read: ReadRequest
    ) -> None:
        self._endpoint = endpoint
        self._connection = connection
        self._request = read.request
        self._keep_alive = read.keep_alive
        self._arrived_ns = now_ns()
        self._ordinal = endpoint.next_ordinal()
        self._asked: Asked | None = None
        self._status: int | None = None
        self._tokens = 0
        self._moments: Iterator[Moment] = iter(())
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Answer at once with a refusal, or start, or wait in line."""
        asked = self._endpoint.understand(self._request)
        if isinstance(asked, HttpAnswer):
            self._refuse(asked)
            return
        self._asked = asked
        refusal = self._endpoint.admit(asked)
        if refusal is not None:
            self._refuse(refusal)
            return
        entry = self._endpoint.capacity.enter(self)
        if entry is Entry.FULL:
            self._refuse(self._endpoint.dialect.refusal(503, asked=asked))
        elif entry is Entry.STARTED:
            self.start()

    def start(self) -> None:
        """Begin to answer: there is capacity now."""
        if self._asked is None:
            return
        dice = self._endpoint.dice(self._ordinal)
        headers = () if self._keep_alive else _CLOSE
        saying = self._endpoint.saying(self._asked, dice, headers)
        now_s = asyncio.get_running_loop().time()
        self._moments = saying.moments(self._endpoint.pace(dice), now_s)
        self._sleep_until(next(self._moments))

    def cancel(self, ended: Ended) -> None:
        """Generate no further, and log how it ended."""
        self._end(ended)

    def _sleep_until(self, moment: Moment) -> None:
        loop = asyncio.get_running_loop()
        at_s = moment.at_s
        if at_s > loop.time():
            at_s = math.ceil(at_s / GRID_S) * GRID_S
        self._timer = loop.call_at(at_s, self._wake, moment)

    def _wake(self, moment: Moment | None) -> None:
        due_s = asyncio.get_running_loop().time() + _EARLY_S
        data: list[bytes] = []
        while moment is not None and moment.at_s <= due_s:
            data.append(moment.data)
            self._tokens += moment.tokens
            moment = next(self._moments, None)
        self._send(200, b"".join(data))
        if moment is None:
            self._end("complete")
            self._connection.answered(keep_alive=self._keep_alive)
        else:
            self._sleep_until(moment)

    def _refuse(self, answer: HttpAnswer) -> None:
        headers = answer.headers if self._keep_alive else answer.headers + _CLOSE
        head = answer_head(answer.status, headers, content_length=len(answer.body))
        self._send(answer.status, head + answer.body)
        self._end("refused")
        self._connection.answered(keep_alive=self._keep_alive)

    def _send(self, status: int, data: bytes) -> None:
        if data:
            self._status = status
            self._connection.send(data)

    def _end(self, ended: Ended) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._endpoint.note(self._line(ended))
        following = self._endpoint.capacity.leave(self)
        if following is not None:
            following.start()

    def _line(self, ended: Ended) -> Line:
        parent = _parent(self._request)
        asked = self._asked
        return Line(
            at_ns=self._arrived_ns,
            end_ns=now_ns(),
            trace_id=None if parent is None else parent.trace_id,
            span_id=None if parent is None else parent.span_id,
            status=self._status,
            prompt_tokens=0 if asked is None else words.prompt_tokens(asked.question.prompt),
            tokens=self._tokens,
            ended=ended,
        )


def _parent(request: HttpRequest) -> Parent | None:
    values = (value for name, value in request.headers if name.lower() == "traceparent")
    value = next(values, None)
    return None if value is None else parse_traceparent(value)
