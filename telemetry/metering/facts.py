"""What a meter is told of a run beside its rows."""

from collections.abc import Mapping, Sequence

import msgspec

from telemetry.exchange import Quota
from telemetry.span_attributes import Served


class FaultFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a fault injects, and at which endpoints."""

    kind: str
    endpoints: Sequence[str] = ()


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What rows do not say of their run.

    `endpoints` tells provider and model by endpoint, `faults` by id. `replicas` is how many
    failover clients with breakers of their own there are; 0 where the route is not ours.
    """

    run_id: str
    run_tag: str
    experiment: str = ""
    title: str = ""
    endpoints: Mapping[str, Served] = {}
    faults: Mapping[str, FaultFacts] = {}
    quotas: Mapping[str, Quota] = {}
    replicas: int = 0
    latest_names: bool = False


class Concluded(msgspec.Struct, frozen=True, kw_only=True):
    """What a run added up to, once it is over: its verdict, each gate's ruling, and figures.

    `rulings` are gates with `pass`, `fail` or `unknown`; `figures` are metric, scope and value.
    """

    verdict: str
    exit_code: int
    rulings: Sequence[tuple[str, str]] = ()
    figures: Sequence[tuple[str, str, float]] = ()
