"""What a load worker is told: read from a JSON file, checked by msgspec."""

import msgspec

Reference = dict[str, dict[str, object]]
"""A plug-in and its parameters: `{name: {parameter: value}}`."""


class Breaker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an endpoint is left alone, and for how long.

    Opens after `failures` failures in a row; after `cooldown_s` one half-open probe decides.
    `enabled: false` is what many clients have: every exchange tries the first endpoint again.
    """

    enabled: bool = True
    failures: int = 3
    cooldown_s: float = 5.0


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long an attempt may take before it is abandoned; seconds."""

    connect_s: float = 1.0
    first_token_s: float = 2.0
    gap_s: float = 2.0
    total_s: float = 60.0


class RetryBudget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many further attempts may be made: a share of exchanges plus a floor, over 10 s.

    Source: Finagle's retry budget (20 % plus 10 per second by default).
    """

    ratio: float = 0.2
    min_per_s: float = 10.0


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our own failover client: which endpoints, in what order, and when to give up on one.

    `clients` independent replicas hold their own breakers, budgets and connection pools; exchange
    i belongs to replica i mod `clients`. `attempts_per_endpoint` tries at one endpoint before the
    next. A `Retry-After` up to `max_retry_after_s` is waited for only when no other endpoint is
    left.
    """

    order: tuple[str, ...]
    clients: int = 4
    attempts_per_endpoint: int = 1
    breaker: Breaker = Breaker()
    timeouts: Timeouts = Timeouts()
    retry_budget: RetryBudget = RetryBudget()
    max_retry_after_s: float = 2.0


class Lengths(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Token counts drawn log-normally around a median, cut at `max`; `sigma: 0` is constant."""

    median: int
    sigma: float = 0.0
    max: int = 32_768


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """When questions arrive (`{process: parameters}`) and how long they are."""

    arrivals: Reference
    prompt_tokens: Lengths = Lengths(median=300, sigma=0.6)
    output_tokens: Lengths = Lengths(median=40, sigma=0.4)
    stream: bool = True


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where an endpoint is asked: its proxy, or the gateway under test (`identity.GATEWAY`).

    `numbered`: tokens carry their index (stand-ins). `marked`: prompts end with the run's mark.
    `cloud_identity`: where the variable is empty, the cloud's own identity gives a token.
    `ca_file`: PEM to trust, and nobody else, where `base_url` is https.
    """

    endpoint: str
    dialect: Reference
    base_url: str
    credential_variable: str = ""
    numbered: bool = True
    marked: bool = False
    cloud_identity: bool = False
    ca_file: str = ""


class WorkerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a worker needs before it starts.

    `duration_s` of planned arrivals from the start order; then at most `drain_s` to finish.
    Worker `index` of `count` runs the replicas r with r mod count == index.
    """

    run_folder: str
    run_tag: str
    seed: int
    targets: tuple[Target, ...]
    route: Route
    load: Load
    duration_s: float
    drain_s: float
    index: int = 0
    count: int = 1
    max_in_flight: int = 2000
