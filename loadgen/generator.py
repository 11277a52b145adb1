"""A worker's share of the load: sends it, counts it, and watches whether it keeps up."""

from collections.abc import Callable, Mapping, Sequence

from loadgen.asking import Asking, Client
from loadgen.config import WorkerConfig
from loadgen.endpoint import Endpoint
from loadgen.failover.breaker import State
from loadgen.failover.policy import Replica
from loadgen.plan import Planned, replica_of
from loadgen.wiring import Wire
from telemetry.clock import nanoseconds, seconds
from telemetry.outcome import Outcome
from telemetry.recorder import FLUSH_INTERVAL_S, Recorder
from telemetry.rows import Event


def clients_of(
    config: WorkerConfig,
    endpoints: Mapping[str, Endpoint],
    make_wire: Callable[[], Wire],
    recorder: Recorder,
) -> dict[int, Client]:
    """Return the replicas of one worker by number, each with connections of its own."""
    numbers = [n for n in range(config.route.clients) if n % config.count == config.index]
    return {number: _client(number, config, endpoints, make_wire(), recorder) for number in numbers}


def _client(
    number: int,
    config: WorkerConfig,
    endpoints: Mapping[str, Endpoint],
    wire: Wire,
    recorder: Recorder,
) -> Client:
    def changed(endpoint: str, state: State) -> None:
        facts: dict[str, str | int | float | bool | None] = {
            "replica": number,
            "state": state.value,
        }
        at_ns = wire.now_ns()
        recorder.record(Event(name="breaker", at_ns=at_ns, subject=endpoint, facts=facts))

    return Client(
        number=number,
        run_tag=config.run_tag,
        replica=Replica(config.route, changed),
        endpoints=endpoints,
        wire=wire,
        recorder=recorder,
    )


class Generator:
    """Sends planned exchanges and keeps count of them.

    Nothing is dropped silently: beyond `max_in_flight` an exchange is recorded as
    `shed_by_generator`. `over` is called with each exchange that has ended.
    """

    def __init__(
        self,
        clients: Mapping[int, Client],
        recorder: Recorder,
        *,
        replicas: int,
        max_in_flight: int,
        over: Callable[[Asking], None] = lambda _asking: None,
    ) -> None:
        """`clients` are this worker's; `replicas` is how many all workers have together."""
        self._clients = clients
        self._recorder = recorder
        self._replicas = replicas
        self._max_in_flight = max_in_flight
        self._over = over
        self._asking: dict[int, Asking] = {}
        self._closing = False
        self.sent = 0
        self.late_max_ns = 0

    @property
    def in_flight(self) -> int:
        """How many exchanges have begun and not ended."""
        return len(self._asking)

    def send(self, planned: Planned, start_ns: int) -> None:
        """Begin a planned exchange, which was due `at_s` after `start_ns`."""
        client = self._clients[replica_of(planned.number, self._replicas)]
        asking = Asking(client, planned, start_ns + nanoseconds(planned.at_s), self._ended)
        if self.in_flight >= self._max_in_flight:
            asking.shed()
            return
        self._asking[planned.number] = asking
        self.sent += 1
        asking.begin()
        self.late_max_ns = max(self.late_max_ns, asking.dispatched_ns - asking.planned_ns)

    def last_call(self) -> None:
        """Let what is under way end by itself, without further attempts."""
        for asking in self._all():
            asking.last_call()

    def abandon(self) -> None:
        """End everything that is still under way as `unfinished`."""
        for asking in self._all():
            asking.abandon(Outcome.UNFINISHED)

    def note(self, name: str, now_ns: int, **facts: float) -> None:
        """Record an event about the generator itself."""
        self._recorder.record(Event(name=name, at_ns=now_ns, facts={**facts}))

    def _all(self) -> Sequence[Asking]:
        return tuple(self._asking.values())

    def _ended(self, asking: Asking) -> None:
        self._asking.pop(asking.planned.number, None)
        self._over(asking)


class Pulse:
    """Whether the generator keeps up: its CPU share, and how late the loop calls back.

    CPU that neighbours take is invisible in one's own share and shows in the loop's lag alone.
    """

    def __init__(self, now_ns: int, cpu_s: float) -> None:
        self._beat_ns = now_ns
        self._lag_ns = 0
        self._since_ns = now_ns
        self._cpu_s = cpu_s

    def beat(self, now_ns: int) -> None:
        """Take note of a call that was due every `FLUSH_INTERVAL_S`."""
        lag_ns = now_ns - self._beat_ns - nanoseconds(FLUSH_INTERVAL_S)
        self._lag_ns = max(self._lag_ns, lag_ns)
        self._beat_ns = now_ns

    def report(self, now_ns: int, cpu_s: float) -> dict[str, float]:
        """Return CPU share and largest lag in seconds since the last report."""
        share = (cpu_s - self._cpu_s) / max(1e-9, seconds(now_ns - self._since_ns))
        facts = {"cpu_share": round(share, 4), "hub_lag_max_s": seconds(self._lag_ns)}
        self._since_ns, self._cpu_s, self._lag_ns = now_ns, cpu_s, 0
        return facts
