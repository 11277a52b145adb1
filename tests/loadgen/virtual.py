"""A wire on a virtual clock: lines that the test answers, alarms that the test lets ring."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from loadgen.asking import Client
from loadgen.config import Breaker, Reference, Route, Target, Timeouts
from loadgen.endpoint import endpoint_of
from loadgen.failover.policy import Replica
from loadgen.wiring import Caller, Listener
from providers.catalog import make_dialect
from providers.dialect import Answer, HttpRequest
from providers.http1 import LAST_CHUNK, answer_head, chunk
from providers.words import token_text
from telemetry.clock import nanoseconds
from telemetry.recorder import Recorder
from telemetry.rows import AnyRow, decode_row

DIALECT = make_dialect({"azure-openai": {}})
ANSWER = Answer(response_id="1", created_s=0, prompt_tokens=9, output_tokens=3, include_usage=True)
ORDER = ("azure", "vertex")


@dataclass
class VirtualLine:
    """One request; `let_go` says how it was let go of."""

    endpoint: str
    request: bytes
    listener: Listener
    let_go: list[str] = field(default_factory=list)

    def release(self) -> None:
        self.let_go.append("released")

    def close(self) -> None:
        self.let_go.append("closed")


@dataclass
class VirtualCall:
    """One gRPC call; `let_go` says how it was let go of."""

    endpoint: str
    request: HttpRequest
    caller: Caller
    let_go: list[str] = field(default_factory=list)

    def release(self) -> None:
        self.let_go.append("released")

    def close(self) -> None:
        self.let_go.append("closed")


@dataclass
class VirtualAlarm:
    """One alarm, set for a time."""

    at_s: float
    call: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualWire:
    """Lines and alarms in the order in which they were asked for."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.lines: list[VirtualLine] = []
        self.calls: list[VirtualCall] = []
        self.alarms: list[VirtualAlarm] = []

    def now_ns(self) -> int:
        return nanoseconds(self.now_s)

    def open(self, endpoint: str, request: bytes, listener: Listener) -> VirtualLine:
        self.lines.append(VirtualLine(endpoint, request, listener))
        return self.lines[-1]

    def call(self, endpoint: str, request: HttpRequest, caller: Caller) -> VirtualCall:
        self.calls.append(VirtualCall(endpoint, request, caller))
        return self.calls[-1]

    def alarm(self, at_s: float, call: Callable[[], None]) -> VirtualAlarm:
        self.alarms.append(VirtualAlarm(at_s, call))
        return self.alarms[-1]

    def advance(self, to_s: float) -> None:
        """Let the time pass, with every alarm on its way."""
        while due := [a for a in self.alarms if not a.cancelled and a.at_s <= to_s]:
            alarm = min(due, key=lambda each: each.at_s)
            self.alarms.remove(alarm)
            self.now_s = max(self.now_s, alarm.at_s)
            alarm.call()
        self.now_s = to_s

    def connected(self) -> None:
        self.lines[-1].listener.connected(self.now_ns())

    def received(self, data: bytes) -> None:
        self.lines[-1].listener.received(data, self.now_ns())

    def closed(self, *, reset: bool = False) -> None:
        self.lines[-1].listener.closed(self.now_ns(), reset=reset)


class Spool:
    """Rows in memory."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.recorder = Recorder(self._write, "worker")

    def _write(self, data: bytes) -> int:
        self.written += data
        return len(data)

    def rows(self) -> list[AnyRow]:
        """Return the rows but the first, which says who writes."""
        self.recorder.flush()
        return [decode_row(line) for line in bytes(self.written).splitlines()][1:]


def client(
    wire: VirtualWire,
    spool: Spool,
    dialects: Mapping[str, Reference] = {},
    **changes: object,
) -> Client:
    """Return a client of two endpoints; they speak the same dialect unless told otherwise."""
    facts: dict[str, object] = {
        "order": ORDER,
        "timeouts": Timeouts(connect_s=1, first_token_s=2, gap_s=2),
        "breaker": Breaker(failures=2),
        **changes,
    }
    route = Route(**facts)  # type: ignore[arg-type]  # each test names fields that there are
    targets = [
        Target(
            endpoint=name,
            dialect=dialects.get(name, {"azure-openai": {}}),
            base_url="http://127.0.0.1:1",
        )
        for name in ORDER
    ]
    return Client(
        number=0,
        run_tag="5eed0001",
        replica=Replica(route),
        endpoints={each.endpoint: endpoint_of(each, {}) for each in targets},
        wire=wire,
        recorder=spool.recorder,
    )


def head(*, stream: bool = True) -> bytes:
    """Return the head of a 200 answer, chunked if it streams."""
    return answer_head(200, DIALECT.head(ANSWER, stream=stream), content_length=None)


def token(index: int) -> bytes:
    """Return the chunk that carries one numbered token."""
    return chunk(DIALECT.token(ANSWER, token_text(1, index)))


def opening() -> bytes:
    """Return the head and the events before the first token."""
    return head() + b"".join(map(chunk, DIALECT.opening(ANSWER)))


def closing() -> bytes:
    """Return the finish, the usage and the end."""
    return b"".join(map(chunk, DIALECT.closing(ANSWER))) + LAST_CHUNK


def whole() -> bytes:
    """Return an answer of three tokens."""
    return opening() + b"".join(token(index) for index in range(3)) + closing()


def refusal(status: int, retry_after_s: float | None = None) -> bytes:
    """Return the provider's own error answer."""
    answer = DIALECT.refusal(status, retry_after_s=retry_after_s)
    return answer_head(status, answer.headers, content_length=len(answer.body)) + answer.body


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes into pieces of a size."""
    return (data[start : start + size] for start in range(0, len(data), size))
