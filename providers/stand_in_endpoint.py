"""One stand-in's own things: what it lets in, what it says, how fast, and its log."""

import asyncio
import random
import time
from typing import Protocol

from providers import words
from providers.catalog import make_dialect
from providers.config import StandInListener
from providers.dialect import Answer, Asked, HttpAnswer, HttpRequest
from providers.limits import Capacity, Quota
from providers.pacing import Pace, Saying
from providers.request_log import Line, RequestLog

_FLUSH_EVERY_S = 0.05
MOST_TOKENS = 1_000_000
"""No answer is longer: its words are made before the first of them leaves."""


class Ticket(Protocol):
    """A question that takes up capacity, or waits for some."""

    def start(self) -> None:
        """Begin to answer: there is capacity now."""


class Client(Protocol):
    """A connection, as its endpoint sees it when everything must end."""

    def close_if_idle(self) -> None:
        """Close now, or after the answer that is under way."""

    def cut(self) -> None:
        """Close now, whatever is under way."""


class StandInEndpoint:
    """A stand-in without its sockets; times are those of CLOCK_MONOTONIC."""

    def __init__(self, listener: StandInListener, seed: int) -> None:
        self.dialect = make_dialect(listener.dialect)
        self.clients: set[Client] = set()
        self.stopping = False
        self.log: RequestLog | None = None
        self._settings = listener.stand_in
        self.capacity: Capacity[Ticket] = Capacity(self._settings.capacity, self._settings.queue)
        self._name = listener.endpoint
        self._seed = seed
        self._quota = Quota(
            self.dialect.quota_rules,
            self._settings.requests_per_minute,
            self._settings.tokens_per_minute,
        )
        self._requests = 0
        self._flush_due: asyncio.TimerHandle | None = None

    def next_ordinal(self) -> int:
        """Count a request that has arrived, from 1."""
        self._requests += 1
        return self._requests

    def admit(self, asked: Asked) -> HttpAnswer | None:
        """Count a question against the quotas; return the provider's 429 when it is over one."""
        question = asked.question
        over = self._quota.admit(
            time.monotonic(), words.prompt_tokens(question.prompt), question.max_output_tokens
        )
        if over is None:
            return None
        return self.dialect.refusal(
            429, retry_after_s=over.retry_after_s, exhausted=over.exhausted, asked=asked
        )

    def understand(self, request: HttpRequest) -> Asked | HttpAnswer:
        """Read a request as the provider would, or return its refusal."""
        asked = self.dialect.asked(request)
        if isinstance(asked, HttpAnswer) or asked.question.max_output_tokens <= MOST_TOKENS:
            return asked
        told = asked.question.max_output_tokens
        message = f"max_tokens is too large: {told}. This model supports at most {MOST_TOKENS}."
        return self.dialect.refusal(400, message=message, asked=asked)

    def dice(self, ordinal: int) -> random.Random:
        """Return a request's dice: the same for the same seed, endpoint and ordinal."""
        return random.Random(f"{self._seed} {self._name} {ordinal}")

    def saying(
        self, asked: Asked, dice: random.Random, headers: tuple[tuple[str, str], ...]
    ) -> Saying:
        """Return what is answered to a question: numbered tokens, as many as it allows."""
        question = asked.question
        return Saying(
            dialect=self.dialect,
            answer=self._answer(asked, f"{dice.getrandbits(112):028x}"),
            texts=tuple(words.token_texts(self._seed, question.max_output_tokens)),
            stream=question.stream,
            headers=headers,
        )

    def pace(self, dice: random.Random) -> Pace:
        """Return how fast an answer goes."""
        return Pace(
            latency=self._settings.latency,
            load=lambda: self.capacity.share,
            normal=lambda: dice.gauss(0.0, 1.0),
        )

    def note(self, line: Line) -> None:
        """Log a request that ended; it is in the file within 50 ms."""
        if self.log is None:
            return
        self.log.add(line)
        if self._flush_due is None:
            loop = asyncio.get_running_loop()
            self._flush_due = loop.call_later(_FLUSH_EVERY_S, self._flush)

    def close_idle(self) -> None:
        """Serve on no connection any longer than its answer takes."""
        self.stopping = True
        for client in list(self.clients):
            client.close_if_idle()

    def close(self) -> None:
        """Cut what is still under way, and close the log."""
        for client in list(self.clients):
            client.cut()
        if self._flush_due is not None:
            self._flush_due.cancel()
        if self.log is not None:
            self.log.close()
            self.log = None

    def _flush(self) -> None:
        self._flush_due = None
        if self.log is not None:
            self.log.flush()

    def _answer(self, asked: Asked, response_id: str) -> Answer:
        left = self._quota.remaining(time.monotonic())
        return Answer(
            response_id=response_id,
            created_s=int(time.time()),
            prompt_tokens=words.prompt_tokens(asked.question.prompt),
            output_tokens=asked.question.max_output_tokens,
            region=self._settings.region,
            include_usage=asked.include_usage,
            server_sent=asked.server_sent,
            request_id=asked.request_id,
            include_finish=asked.include_finish,
            remaining_requests=left.requests,
            limit_requests=self._settings.requests_per_minute,
            remaining_tokens=left.tokens,
            limit_tokens=self._settings.tokens_per_minute,
        )
