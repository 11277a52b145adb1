"""What httpx and httpx2 have in common: the same names and the same ways, but no shared type.

A fault's reset is their `ReadError`, its hang their `ReadTimeout` once their own read timeout is
over, a cut their `RemoteProtocolError`, in the words that they have for the same on a socket.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from faults.rules import ArmedRule
from faults.steps import Close, Event, Head, Reset, Step
from faults.transport.answers import AnswerSteps
from faults.transport.injection import Injection, Request, end_s, needs_events, refusing, within
from faults.transport.telling import (
    POLL_S,
    Patience,
    Telling,
    TimedOutError,
    tell,
    tell_async,
)

Chosen = tuple[ArmedRule, ...]
Theirs = Any
"""A request or a response of either library."""

Library = Any
"""The module httpx or httpx2, whose classes are the ones that a client knows."""

TIMED_OUT = "The read operation timed out"
RESET = "[Errno 104] Connection reset by peer"
REFUSED = "[Errno 111] Connection refused"
UNANSWERED = "Server disconnected without sending a response."
TOO_LONG = "Receive buffer too long"
LONGEST_HEAD_BYTES = 102_400
"""How much of a head both libraries read before they want its end."""

CUT = "peer closed connection without sending complete message body (incomplete chunked read)"


def request_of(theirs: Theirs) -> Request:
    """Return what decides about one of their requests, whose body was read."""
    return Request(
        method=theirs.method,
        target=theirs.url.raw_path.decode("latin-1"),
        headers=tuple(theirs.headers.multi_items()),
        body=theirs.content,
        scheme=theirs.url.scheme,
    )


def answer_in_thread(
    library: Library, body: Theirs, injection: Injection, inner: Theirs, request: Theirs
) -> Theirs:
    """Return the response that a client gets, or raise what a faulty connection raises.

    `body` makes the response's stream of its parts and of what closes it; `inner` is the transport
    that asks the provider.
    """
    request.read()
    chosen = injection.choose(request_of(request))
    if (met := within(chosen)) is not None and not injection.off.wait(met[1].takes_s):
        injection.witness(met[0], "refused", request_of(request))
        raise library.ConnectError(met[1].words)
    if met is not None or not chosen:
        return inner.handle_request(request)
    answer = AnswerInThread(library, injection, chosen, request)
    steps = answer.steps(lambda: inner.handle_request(request))
    try:
        head = answer.head_in(next(steps))
    except BaseException:
        answer.close()
        raise
    return answer.response(head, body(answer.body(steps), answer.close))


async def answer_in_loop(
    library: Library, body: Theirs, injection: Injection, inner: Theirs, request: Theirs
) -> Theirs:
    """Return the response that a coroutine gets, as `answer_in_thread` does."""
    await request.aread()
    chosen = injection.choose(request_of(request))
    if (met := within(chosen)) is not None:
        bears_s = _timeout_s(request, "connect")
        gives_up = bears_s <= met[1].takes_s
        if not await off_within(injection, min(bears_s, met[1].takes_s)):
            injection.witness(met[0], "refused", request_of(request))
            raise library.ConnectTimeout("") if gives_up else library.ConnectError(met[1].words)
    if met is not None or not chosen:
        return await inner.handle_async_request(request)
    answer = AnswerInLoop(library, injection, chosen, request)
    steps = answer.steps(lambda: inner.handle_async_request(request))
    try:
        head = answer.head_in(await anext(steps))
    except BaseException:
        await answer.close()
        raise
    return answer.response(head, body(answer.body(steps), answer.close))


class Answer:
    """What one request gets under faults: common to threads and coroutines."""

    def __init__(
        self, library: Library, injection: Injection, chosen: Chosen, request: Theirs
    ) -> None:
        """Begin; raises their connect error where a fault refuses the connection."""
        asked = request_of(request)
        if (one := refusing(chosen)) is not None:
            injection.witness(one.rule.id, "refused", asked)
            raise library.ConnectError(REFUSED)
        if needs_events(chosen):
            request.headers["accept-encoding"] = "identity"
        self.reader = AnswerSteps(injection.dialect)
        self._injection, self._library = injection, library
        self._request = request
        self._theirs: Theirs = None
        eventful = needs_events(chosen)
        script = injection.script(chosen, asked)
        self.telling = Telling(script, lambda: eventful and self.reader.unseen)
        self.patience = Patience(
            _timeout_s(request, "read"), lambda: end_s(chosen) - injection.now_s()
        )

    def heard(self, theirs: Theirs) -> list[Step]:
        """Take the provider's own response; return the steps of its head."""
        self._theirs = theirs
        return self.reader.head(theirs.status_code, theirs.headers.multi_items())

    def response(self, head: Head, stream: Theirs) -> Theirs:
        """Return a response with the head that a client is told."""
        return self._library.Response(
            head.status,
            headers=self.reader.told_headers(head.headers),
            stream=stream,
            request=self._request,
            extensions={} if self._theirs is None else dict(self._theirs.extensions),
        )

    def head_in(self, step: Step) -> Head:
        """Return a first step that is a head; raises what any other is to a client."""
        if isinstance(step, Head):
            if _size(step) > LONGEST_HEAD_BYTES:
                raise self._library.RemoteProtocolError(TOO_LONG)
            return step
        raise self.error(step, UNANSWERED)

    def error(self, step: Step, otherwise: str) -> Exception:
        """Return the exception that an ending is to a client."""
        library = self._library
        error: Exception = (
            library.ReadError(RESET)
            if isinstance(step, Reset)
            else library.RemoteProtocolError(otherwise)
        )
        return error

    def timeout(self) -> Exception:
        """Return their exception for a client whose patience is over."""
        error: Exception = self._library.ReadTimeout(TIMED_OUT)
        return error


class AnswerInThread(Answer):
    """An answer that a thread waits for."""

    def steps(self, ask: Callable[[], Theirs]) -> Iterator[Step]:
        """Yield what the client gets; `ask` sends the request to the provider."""
        wait = self._injection.off.wait
        try:
            yield from tell(self.telling, self._honest(ask), wait, self.patience)
        except TimedOutError:
            raise self.timeout() from None

    def body(self, steps: Iterator[Step]) -> Iterator[bytes]:
        """Yield the bytes of a body, and end as it ends."""
        for step in steps:
            if isinstance(step, Event):
                yield step.data
            elif isinstance(step, Reset | Close):
                raise self.error(step, CUT)

    def close(self) -> None:
        """Leave: the provider's connection goes back, or is closed with its answer unread."""
        self.telling.close()
        if self._theirs is not None:
            self._theirs.close()

    def _honest(self, ask: Callable[[], Theirs]) -> Iterator[Step]:
        theirs = ask()
        yield from self.heard(theirs)
        for data in theirs.stream:
            yield from self.reader.piece(data)
        yield from self.reader.end()


class AnswerInLoop(Answer):
    """An answer that a coroutine waits for."""

    async def steps(self, ask: Callable[[], Awaitable[Theirs]]) -> AsyncIterator[Step]:
        """Yield what the client gets; `ask` sends the request to the provider."""
        told = tell_async(self.telling, self._honest(ask), self._wait, self.patience)
        try:
            async for step in told:
                yield step
        except TimedOutError:
            raise self.timeout() from None

    async def body(self, steps: AsyncIterator[Step]) -> AsyncIterator[bytes]:
        """Yield the bytes of a body, and end as it ends."""
        async for step in steps:
            if isinstance(step, Event):
                yield step.data
            elif isinstance(step, Reset | Close):
                raise self.error(step, CUT)

    async def close(self) -> None:
        """Leave, as in a thread."""
        if self._theirs is not None:
            await self._theirs.aclose()

    async def _honest(self, ask: Callable[[], Awaitable[Theirs]]) -> AsyncIterator[Step]:
        theirs = await ask()
        for step in self.heard(theirs):
            yield step
        async for data in theirs.stream:
            for step in self.reader.piece(data):
                yield step
        for step in self.reader.end():
            yield step

    async def _wait(self, seconds: float) -> bool:
        return await off_within(self._injection, seconds)


async def off_within(injection: Injection, seconds: float) -> bool:
    """Wait in a coroutine; True as soon as faults were taken away."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + seconds
    # Not an asyncio.Event: whoever takes faults away may be in another thread.
    while not injection.off.is_set() and (left_s := until_s - loop.time()) > 0:  # noqa: ASYNC110 - see above
        await asyncio.sleep(min(left_s, POLL_S))
    return injection.off.is_set()


def _timeout_s(request: Theirs, kind: str) -> float:
    told = request.extensions.get("timeout", {}).get(kind)
    return math.inf if told is None else told


def _size(head: Head) -> int:
    return sum(len(name) + len(value) + 4 for name, value in head.headers)
