"""One call to a stand-in over gRPC, from its arrival to the line in the log."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator

from providers import words
from providers.dialect import Asked, HttpAnswer, HttpRequest
from providers.grpc import http_status_for
from providers.limits import Entry
from providers.request_log import Ended, Line
from providers.stand_in_connection import GRID_S
from providers.stand_in_endpoint import StandInEndpoint
from telemetry.clock import now_ns
from telemetry.identity import parse_traceparent


class Call:
    """One question; `refusal` is set where it is refused, and `status` as HTTP would say it."""

    def __init__(
        self,
        endpoint: StandInEndpoint,
        target: str,
        data: bytes,
        metadata: tuple[tuple[str, str], ...],
    ) -> None:
        self._endpoint = endpoint
        self._request = HttpRequest(method="POST", target=target, headers=metadata, body=data)
        self._arrived_ns = now_ns()
        self._ordinal = endpoint.next_ordinal()
        self._asked: Asked | None = None
        self._tokens = 0
        self._started = asyncio.Event()
        self._task = asyncio.current_task()
        self._ended: Ended = "client_gone"
        self.refusal: HttpAnswer | None = None
        self.status: int | None = None

    async def answer(self) -> AsyncGenerator[bytes, None]:
        """Yield the answer's messages, each when it is due."""
        self._endpoint.clients.add(self)
        try:
            asked = self._admitted()
            if asked is None:
                self._ended = "refused"
                return
            await self._started.wait()
            async for part in self._said(asked):
                yield part
            self._ended = "complete"
        finally:
            self._leave()

    def start(self) -> None:
        """Begin to answer: there is capacity now."""
        self._started.set()

    def close_if_idle(self) -> None:
        """Do nothing: a call is never idle."""

    @property
    def streams(self) -> bool:
        """True where the answer comes token by token."""
        return self._asked is not None and self._asked.question.stream

    def cut(self) -> None:
        """End now, whatever is under way."""
        self._ended = "shutdown"
        # At once: the log is closed before the task gets to know of its end.
        self._leave()
        if self._task is not None:
            self._task.cancel()

    def _admitted(self) -> Asked | None:
        asked = self._endpoint.understand(self._request)
        if isinstance(asked, HttpAnswer):
            self._refuse(asked)
            return None
        self._asked = asked
        refusal = self._endpoint.admit(asked)
        if refusal is not None:
            self._refuse(refusal)
            return None
        entry = self._endpoint.capacity.enter(self)
        if entry is Entry.FULL:
            self._refuse(self._endpoint.dialect.refusal(503, asked=asked))
            return None
        if entry is Entry.STARTED:
            self.start()
        return asked

    def _refuse(self, answer: HttpAnswer) -> None:
        self.refusal = answer
        self.status = http_status_for(int(dict(answer.headers)["grpc-status"]))

    async def _said(self, asked: Asked) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        dice = self._endpoint.dice(self._ordinal)
        saying = self._endpoint.saying(asked, dice, ())
        for moment in saying.messages(self._endpoint.pace(dice), loop.time()):
            due_s = math.ceil(moment.at_s / GRID_S) * GRID_S
            if moment.at_s > loop.time():
                await asyncio.sleep(due_s - loop.time())
            self._tokens += moment.tokens
            if moment.data:
                self.status = 200
                yield moment.data

    def _leave(self) -> None:
        if self not in self._endpoint.clients:
            return
        self._endpoint.clients.discard(self)
        self._endpoint.note(self._line())
        following = self._endpoint.capacity.leave(self)
        if following is not None:
            following.start()

    def _line(self) -> Line:
        told = next((v for k, v in self._request.headers if k == "traceparent"), None)
        parent = None if told is None else parse_traceparent(told)
        prompt = None if self._asked is None else self._asked.question.prompt
        return Line(
            at_ns=self._arrived_ns,
            end_ns=now_ns(),
            trace_id=None if parent is None else parent.trace_id,
            span_id=None if parent is None else parent.span_id,
            status=self.status,
            prompt_tokens=0 if prompt is None else words.prompt_tokens(prompt),
            tokens=self._tokens,
            ended=self._ended,
        )
