"""What the stand-in process is told: read from a JSON file, checked by msgspec."""

import msgspec


class Latency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How fast a stand-in answers; seconds.

    Time to first token = `overhead_s` + `per_prompt_token_s` x prompt tokens; gaps between tokens
    are log-normal with median `token_gap_s` and `token_gap_sigma`. Both stretch linearly with the
    share of capacity in use, up to `slowdown_at_capacity` times when it is full.
    """

    overhead_s: float = 0.15
    per_prompt_token_s: float = 0.000_05
    token_gap_s: float = 0.02
    token_gap_sigma: float = 0.3
    slowdown_at_capacity: float = 2.0


class StandIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider that isn't there: its speed, its capacity and its quotas.

    At most `capacity` answers at once, `queue` more wait; beyond that the dialect's 503. Quotas
    are per minute, enforced as the provider does, None for unlimited.
    """

    latency: Latency = Latency()
    capacity: int = 200
    queue: int = 100
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    region: str = ""


class StandInListener(msgspec.Struct, frozen=True, kw_only=True):
    """One stand-in and where it listens; `dialect` is `{name: parameters}`."""

    endpoint: str
    dialect: dict[str, dict[str, object]]
    stand_in: StandIn = StandIn()
    host: str = "127.0.0.1"
    port: int = 0


class StandInConfig(msgspec.Struct, frozen=True, kw_only=True):
    """All stand-ins of one process. The request logs go to `<log_folder>/<endpoint>.jsonl`.

    `tokens`: the clouds' token endpoints are served too, on a port that is said as `tokens`.
    """

    seed: int
    stand_ins: tuple[StandInListener, ...]
    log_folder: str | None = None
    tokens: bool = False
