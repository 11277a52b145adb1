"""What the injector process is told: read from a JSON file, checked by msgspec."""

from typing import Annotated, Literal

import msgspec

from faults.selection.counts import COUNTS, Counts, Natural
from faults.selection.match import Match, said


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, where, when and how strongly; seconds count from the run's start.

    `inject` is `{kind: parameters}`. `share` is what the fault reaches when its ramp of `ramp_s`
    seconds is over. `draw` is `attempt` (each try decides anew) or `exchange` (sticky). `group` is
    the fault group; without one the fault's own id. `match` and the counts choose among requests:
    `faults.selection`. `made`: tells one making of a fault from another of the same id.
    """

    id: str
    endpoints: tuple[str, ...]
    inject: dict[str, dict[str, object]]
    start_s: float
    end_s: float
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    ramp_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    draw: Literal["attempt", "exchange"] = "attempt"
    group: str = ""
    match: Match | None = None
    after_n: Annotated[int, msgspec.Meta(ge=0)] = 0
    first_n: Natural | None = None
    every_nth: Natural = 1
    max_injections: Natural | None = None
    max_active: Natural | None = None
    made: str = ""

    @property
    def counts(self) -> Counts:
        """Which of the requests that are meant are taken, by their number."""
        return Counts(**{name: getattr(self, name) for name in COUNTS})

    @property
    def selection(self) -> dict[str, object]:
        """What chooses among requests, beyond share and dice; empty where nothing does."""
        asked = {} if self.match is None else {"match": said(self.match)}
        return {**asked, **msgspec.to_builtins(self.counts)}

    @property
    def group_name(self) -> str:
        """The group whose faults switch together."""
        return self.group or self.id


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an endpoint charges, in the experiment's one currency, per million tokens."""

    prompt_per_million: float = 0.0
    output_per_million: float = 0.0


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all attempts of all layers together may not exceed; None for no limit.

    `max_spend` in the currency of the prices: prompt and `max_tokens` are reserved per attempt,
    settled from usage. `assumed_output_tokens` stands in where a request names no maximum.
    """

    max_requests: int | None = None
    max_attempts_per_s: float | None = None
    max_spend: float | None = None
    assumed_output_tokens: int = 4096


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """That a listener speaks TLS: under which further names, by which authority.

    It is known as `localhost`, by its own host and its upstream's. `ca_folder`: where the authority
    is kept, by default the user's own.
    """

    names: tuple[str, ...] = ()
    ca_folder: str | None = None


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """One proxy listener in front of one endpoint.

    `upstream` is `http(s)://host:port` (paths pass unchanged); `dialect` is `{name: parameters}`.
    `numbered`: tokens carry their index (stand-ins), for who observes answers. `tls`: what clients
    are met with; None in clear. `upstream_ca_file`: PEM to trust instead of this host's own.
    `http2`: it is spoken with who wants it, by ALPN or in clear; gRPC needs it.
    """

    endpoint: str
    dialect: dict[str, dict[str, object]]
    upstream: str
    host: str = "127.0.0.1"
    port: int = 0
    price: Price = Price()
    numbered: bool = False
    upstream_ca_file: str | None = None
    tls: Tls | None = None
    http2: bool = False


class InjectorConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an injector needs before it starts.

    `run_folder`: where the spool goes; None records nothing (`serve`). `run_tag`: 8 hex digits.
    `bystanders`: fault traffic without the run's tag too. `max_ttl_s`: no fault lives longer than
    this after the injector started, whatever its schedule says. `begin_at_once`: do not wait for
    the leash's start order (`serve`). `marks`: requests without the run's trace context are
    searched for its mark. `observe`: answers are read as a client reads them, identity asked of
    upstream. Beyond `limits` an attempt gets a marked local refusal. `shared_ports`: other
    injectors listen on the same ports. `header_faults_share`: how many of the requests that ask for
    a fault in Envoy's fields get it; 0 reads no such field. `tallies_folder`: where injectors that
    share ports count together.
    """

    seed: int
    run_tag: str
    listeners: tuple[Listener, ...]
    rules: tuple[Rule, ...] = ()
    run_folder: str | None = None
    bystanders: bool = False
    max_ttl_s: float = 3600.0
    begin_at_once: bool = False
    marks: bool = False
    observe: bool = False
    limits: Limits = Limits()
    shared_ports: bool = False
    header_faults_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    tallies_folder: str | None = None
