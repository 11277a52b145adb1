"""An experiment as frozen values: what one YAML file says once it has been read and checked."""

from typing import Annotated, Literal

import msgspec

from faults.config import Limits, Price
from faults.selection.counts import COUNTS, Counts, Natural
from faults.selection.match import Match
from loadgen.config import Load, Reference, Route, Timeouts
from providers.config import StandIn


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One inference endpoint: a stand-in of ours, or a base URL of somebody's.

    `tls`: its proxy is met over TLS.
    """

    name: str
    dialect: Reference
    stand_in: StandIn | None = None
    base_url: str | None = None
    listen: str = "127.0.0.1:0"
    tls: bool = False
    price: Price = Price()


class Ready(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a gateway counts as ready: `path` answers `status`, at the latest after `within_s`."""

    path: str = "/health"
    status: int = 200
    within_s: float = 60.0


GATEWAY_TIMEOUTS = Timeouts(first_token_s=30.0, gap_s=30.0)
"""A gateway has tries of its own to make before its client gives up."""


class Gateway(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gateway under test: it stands between the load and the proxies, and chooses endpoints.

    `order` is what it should prefer. Either `command` is started (`{port}` and `{folder}`, the
    experiment's own, are filled in) or `url` runs already; `dialect` is what it is asked in.
    `environment` is added to the variables that name the proxies. `cooldown_s`: how long it leaves
    a failed endpoint alone, where that is known. `mark: never` sends no correlation mark.
    """

    order: tuple[str, ...]
    dialect: Reference
    command: tuple[str, ...] = ()
    url: str | None = None
    environment: dict[str, str] = {}
    credential_variable: str = ""
    ready: Ready = Ready()
    clients: int = 4
    timeouts: Timeouts = GATEWAY_TIMEOUTS
    cooldown_s: float | None = None
    mark: Literal["auto", "never"] = "auto"


class Stop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stop condition, looked at each second: a `metric`, a `prometheus` query, or `http`.

    A metric over the exchanges that ended in the last `over_s` seconds, at least `min_samples` of
    them, or a query's value, must not be `above`; an HTTP check must answer `status`, failing at
    most `failures` times in a row.
    """

    metric: str = ""
    endpoint: str = ""
    prometheus: str = ""
    query: str = ""
    http: str = ""
    status: int = 200
    failures: int = 3
    above: float | None = None
    over_s: float = 10.0
    min_samples: int = 20


class Telemetry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether spans of others are collected: over OTLP on loopback, from whoever sends them.

    The gateway or the command is told where, and to speak `protocol`. Port 0 is any free one; who
    runs already needs one that is known. `sample`: the share of unremarkable exchanges that is
    exported while the run goes on.
    """

    collect: bool = False
    protocol: Literal["http/protobuf", "grpc"] = "http/protobuf"
    http_port: int = 0
    grpc_port: int = 0
    sample: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0


class Phases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long each part of the run lasts; seconds."""

    warm_up_s: float = 5.0
    baseline_s: float = 15.0
    fault_s: float = 20.0
    recovery_s: float = 20.0
    drain_s: float = 10.0

    @property
    def fault_start_s(self) -> float:
        """Seconds from the run's start to the fault phase."""
        return self.warm_up_s + self.baseline_s

    @property
    def load_s(self) -> float:
        """Seconds of planned arrivals: everything but the drain."""
        return self.fault_start_s + self.fault_s + self.recovery_s

    def spans(self) -> tuple[tuple[str, float, float], ...]:
        """Return (name, start, end) of each phase, in seconds from the run's start."""
        marks = [0.0, self.warm_up_s, self.fault_start_s, self.fault_start_s + self.fault_s]
        names = ("warm_up", "baseline", "fault", "recovery")
        return tuple(zip(names, marks, [*marks[1:], self.load_s], strict=True))


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of the file; `start_s` counts from the fault phase."""

    id: str
    at: tuple[str, ...]
    inject: Reference
    duration_s: float
    start_s: float = 0.0
    share: float = 1.0
    ramp_s: float = 0.0
    group: str = ""
    draw: Literal["attempt", "exchange"] = "attempt"
    may_miss: bool = False
    match: Match | None = None
    after_n: Annotated[int, msgspec.Meta(ge=0)] = 0
    first_n: Natural | None = None
    every_nth: Natural = 1
    max_injections: Natural | None = None
    max_active: Natural | None = None

    @property
    def counts(self) -> Counts:
        """Which of the requests that are meant it takes, by their number."""
        return Counts(**{name: getattr(self, name) for name in COUNTS})

    @property
    def selective(self) -> bool:
        """It chooses among requests otherwise than by its share."""
        return self.match is not None or self.counts != Counts()


class Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How healthy the baseline must be for the run to count."""

    max_error_share: float = 0.01


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict that a catalogue experiment is known to end in, and the gates that fail."""

    verdict: Literal["PASS", "FAIL"] = "PASS"
    failing: tuple[str, ...] = ()


class Replayed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which incident an experiment is a replay, how fast, on what, and what it cannot show."""

    id: str
    speed: float
    roles: dict[str, str] = {}
    notes: tuple[str, ...] = ()


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment: endpoints, route, load, phases, faults and gates.

    `name` is the file's stem, `file` its path. `bystanders`: traffic on the listeners that is not
    this run's is faulted too. With a `gateway` under test, `route` says what is known of it: its
    order, its clients and timeouts, one attempt each.
    """

    name: str
    title: str
    endpoints: tuple[Endpoint, ...]
    route: Route
    load: Load
    phases: Phases = Phases()
    faults: tuple[Fault, ...] = ()
    gates: tuple[str, ...] = ()
    expect: Expectation | None = None
    baseline: Baseline = Baseline()
    seed: int = 1
    bystanders: bool = False
    gateway: Gateway | None = None
    limits: Limits = Limits()
    stop: tuple[Stop, ...] = ()
    telemetry: Telemetry = Telemetry()
    incident: Replayed | None = None
    file: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the file itself gives a gateway; secrets may be among them."""
        return {} if self.gateway is None else self.gateway.environment

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint of that name; raises KeyError."""
        return {endpoint.name: endpoint for endpoint in self.endpoints}[name]
