"""An experiment as frozen values: what one YAML file says once it has been read and checked."""

from typing import Literal

import msgspec

from loadgen.config import Load, Reference, Route
from providers.config import StandIn


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One inference endpoint: a stand-in of ours, or a base URL of somebody's."""

    name: str
    dialect: Reference
    stand_in: StandIn | None = None
    base_url: str | None = None
    listen: str = "127.0.0.1:0"


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


class Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How healthy the baseline must be for the run to count."""

    max_error_share: float = 0.01


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict that a catalogue experiment is known to end in, and the gates that fail."""

    verdict: Literal["PASS", "FAIL"] = "PASS"
    failing: tuple[str, ...] = ()


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment: endpoints, route, load, phases, faults and gates.

    `name` is the file's stem, `file` its path. `bystanders`: traffic on the listeners that is not
    this run's is faulted too.
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
    file: str = ""

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint of that name; raises KeyError."""
        return {endpoint.name: endpoint for endpoint in self.endpoints}[name]
