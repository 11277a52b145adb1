"""What a store process is told: which run to follow, and when it should stop."""

import msgspec

from telemetry.stops import MetricStop


class StoreConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The store's configuration file; `progress_every_s` spaces its words on how the run goes."""

    run_folder: str
    run_tag: str
    progress_every_s: float = 1.0
    stops: tuple[MetricStop, ...] = ()
