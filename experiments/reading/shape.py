"""The shape of an experiment file, declared once: reading, `--set` and the JSON Schema follow it.

A place that takes a plug-in is `Annotated` with its kind; `{name: {parameters}}` and the bare name
are the same thing.
"""

from typing import Annotated, Any, Literal

import msgspec

from experiments.model import GATEWAY_TIMEOUTS, Baseline, Phases, Ready, Replayed, Stop, Telemetry
from faults.config import Limits, Price
from faults.selection.counts import Natural
from faults.selection.match import Match, Words
from loadgen.config import Lengths, Route, Timeouts
from providers.config import StandIn


def _plug_in(kind: str) -> msgspec.Meta:
    return msgspec.Meta(extra={"plug_in": kind}, extra_json_schema={"$ref": f"#/$defs/{kind}"})


DialectName = Annotated[Any, _plug_in("dialect")]
FaultName = Annotated[Any, _plug_in("fault")]
CompositionName = Annotated[Any, _plug_in("composition")]


class EndpointShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An endpoint: a dialect, and either a stand-in of ours or a base URL of somebody's.

    `tls`: its proxy is met over TLS, by the authority that `crosswind ca` tells of.
    """

    dialect: DialectName
    stand_in: StandIn | None = None
    base_url: str | None = None
    listen: str = "127.0.0.1:0"
    tls: bool = False
    price: Price = Price()


class GatewayShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gateway under test: started by `command`, or running already at `url`."""

    order: tuple[str, ...]
    dialect: DialectName
    command: str | tuple[str, ...] = ()
    url: str | None = None
    environment: dict[str, str] = {}
    credential_variable: str = ""
    ready: Ready = Ready()
    clients: int = 4
    timeouts: Timeouts = GATEWAY_TIMEOUTS
    cooldown_s: float | None = None
    mark: Literal["auto", "never"] = "auto"


class RouteShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What chooses the endpoint of an attempt: our own failover client, or a gateway under test."""

    client: Route | None = None
    gateway: GatewayShape | None = None


class LoadShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long questions and answers are; the arrival process is a key beside these."""

    prompt_tokens: Lengths = Lengths(median=300, sigma=0.6)
    output_tokens: Lengths = Lengths(median=40, sigma=0.4)
    stream: bool = True


class MatchShape(Match, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked of a request, and of the endpoint that it goes to: both as globs."""

    provider: Words = ()
    region: Words = ()


class FaultShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault: where, when (seconds from the start of the fault phase), how strongly, what.

    What is `inject`, one fault, or `compose`, several under one name; one of the two is required.
    """

    id: str
    at: str | tuple[str, ...] = ()
    duration_s: float
    inject: FaultName = None
    compose: CompositionName = None
    start_s: float = 0.0
    share: float = 1.0
    ramp_s: float = 0.0
    group: str = ""
    draw: Literal["attempt", "exchange"] = "attempt"
    may_miss: bool = False
    match: MatchShape | None = None
    after_n: Annotated[int, msgspec.Meta(ge=0)] = 0
    first_n: Natural | None = None
    every_nth: Natural = 1
    max_injections: Natural | None = None
    max_active: Natural | None = None


class FailShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gates that are known to fail."""

    FAIL: tuple[str, ...]


class RunShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a run folder's copy adds: which run it was, of what, with which versions."""

    run_tag: str
    run_id: str
    name: str
    file: str = ""
    versions: dict[str, str] = {}
    overrides: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


class FileShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An experiment: endpoints, what goes wrong with them, and the claims that must hold.

    The keys of `REQUIRED` have defaults only so that the rest can be checked without them.
    """

    title: str = ""
    endpoints: dict[str, EndpointShape] = {}
    route: RouteShape = RouteShape(client=Route(order=()))
    load: LoadShape = LoadShape()
    gates: tuple[str, ...] = ()
    phases: Phases = Phases()
    faults: tuple[FaultShape, ...] = ()
    expect: Literal["PASS"] | FailShape | None = None
    baseline: Baseline = Baseline()
    seed: int = 1
    bystanders: bool = False
    limits: Limits = Limits()
    stop: tuple[Stop, ...] = ()
    telemetry: Telemetry = Telemetry()
    incident: Replayed | None = None
    run: RunShape | None = None


REQUIRED = ("title", "endpoints", "route", "load", "gates")
LOAD_KEYS = tuple(field.name for field in msgspec.structs.fields(LoadShape))
