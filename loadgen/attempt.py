"""One attempt: asks one endpoint, and reads its answer as it comes."""

from typing import Protocol

import msgspec

from loadgen.endpoint import Endpoint
from loadgen.plan import Planned
from loadgen.wiring import Line, Wire
from providers.answer import Answer
from providers.dialect import Question
from providers.grpc import Status
from providers.grpc_answer import CallAnswer
from providers.heard import Heard
from telemetry.outcome import Outcome
from telemetry.rows import AttemptEnded

Headers = tuple[tuple[str, str], ...]


class Exchange(Protocol):
    """Whose attempt it is; times are CLOCK_MONOTONIC ns."""

    def attempt_connected(self, attempt: int, now_ns: int) -> None:
        """Hear that an attempt is under way."""

    def attempt_token(self, attempt: int, now_ns: int) -> None:
        """Hear that content came."""

    def attempt_over(self, attempt: int, now_ns: int, row: AttemptEnded) -> None:
        """Hear of the end of an attempt that ended by itself."""


class Attempt:
    """What is common to all attempts."""

    answer: Heard

    def __init__(
        self, exchange: Exchange, planned: Planned, attempt: int, endpoint: Endpoint
    ) -> None:
        self._exchange = exchange
        self._planned = planned
        self._attempt = attempt
        self._endpoint = endpoint
        self._line: Line | None = None
        self._connected_ns: int | None = None

    def begin(self, wire: Wire, question: Question, headers: Headers) -> None:
        """Ask."""
        raise NotImplementedError

    def connected(self, now_ns: int) -> None:
        """Take note that the connection stands and the request is being sent."""
        self._connected_ns = now_ns
        self._exchange.attempt_connected(self._attempt, now_ns)

    def refused(self, now_ns: int, outcome: Outcome, error: str) -> None:
        """Take note that no connection came about."""
        row = msgspec.structs.replace(self._row(now_ns, outcome), error=error)
        self._over(now_ns, row)

    def cut(self, now_ns: int, outcome: Outcome) -> AttemptEnded:
        """Give the attempt up; returns its row."""
        self._let_go(keep=False)
        return self._row(now_ns, outcome)

    def _token(self, now_ns: int) -> None:
        self._exchange.attempt_token(self._attempt, now_ns)

    def _settle(self, now_ns: int) -> None:
        if self.answer.outcome is not None:
            self._over(now_ns, self._row(now_ns, self.answer.outcome))

    def _over(self, now_ns: int, row: AttemptEnded) -> None:
        self._let_go(keep=self.answer.reusable)
        self._exchange.attempt_over(self._attempt, now_ns, row)

    def _let_go(self, *, keep: bool) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        if keep:
            line.release()
        else:
            line.close()

    def _row(self, now_ns: int, outcome: Outcome) -> AttemptEnded:
        return self.answer.row(
            exchange=self._planned.number,
            attempt=self._attempt,
            end_ns=now_ns,
            outcome=outcome,
            connected_ns=self._connected_ns,
        )


class HttpAttempt(Attempt):
    """One request over HTTP/1.1."""

    def __init__(
        self, exchange: Exchange, planned: Planned, attempt: int, endpoint: Endpoint
    ) -> None:
        super().__init__(exchange, planned, attempt, endpoint)
        self.answer: Answer = Answer(
            endpoint.dialect, stream=planned.stream, numbered=endpoint.numbered
        )

    def begin(self, wire: Wire, question: Question, headers: Headers) -> None:
        """Send the request."""
        request = self._endpoint.request(question, headers)
        self._line = wire.open(self._endpoint.name, request, self)

    def received(self, data: bytes, now_ns: int) -> None:
        """Take bytes of the answer."""
        if self.answer.feed(data, now_ns):
            self._token(now_ns)
        self._settle(now_ns)

    def closed(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the connection."""
        self.answer.end_of_connection(now_ns, reset=reset)
        self._settle(now_ns)


class CallAttempt(Attempt):
    """One gRPC call."""

    def __init__(
        self, exchange: Exchange, planned: Planned, attempt: int, endpoint: Endpoint
    ) -> None:
        super().__init__(exchange, planned, attempt, endpoint)
        self.answer: CallAnswer = CallAnswer(
            endpoint.dialect,
            stream=planned.stream,
            numbered=endpoint.numbered,
            # Who numbers them says as many as may be said.
            whole=planned.output_tokens if endpoint.numbered else 0,
        )

    def begin(self, wire: Wire, question: Question, headers: Headers) -> None:
        """Make the call."""
        request = self._endpoint.call(question, headers)
        self._line = wire.call(self._endpoint.name, request, self)

    def message(self, data: bytes, now_ns: int) -> None:
        """Take one message of the answer."""
        if self.answer.message(data, now_ns):
            self._token(now_ns)
        self._settle(now_ns)

    def ended(self, now_ns: int, told: Status) -> None:
        """Take the status that ends the call."""
        self.answer.end_of_call(told, now_ns)
        self._settle(now_ns)

    def closed(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the call without a status."""
        self.answer.end_of_connection(reset=reset)
        self._settle(now_ns)
