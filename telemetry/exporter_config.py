"""What an exporter process is told: which run to follow, and what its rows do not say."""

import msgspec

from telemetry.metering.facts import RunFacts
from telemetry.run_spans import Injected
from telemetry.span_attributes import Served


class ExporterConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exporter's configuration file.

    Where to and how is the environment's to say: `OTEL_EXPORTER_OTLP_*`. `endpoints` and `injected`
    are as in `telemetry.spans.Described`. `stand_ins`: the endpoints that log what they are asked.
    `sample`: the share of the unremarkable exchanges that is sent; `grace_s`: how long rows about
    an exchange may follow its end. `metrics`: what a meter is told; without it there is none.
    """

    run_folder: str
    run_tag: str
    title: str = ""
    endpoints: dict[str, Served] = {}
    injected: dict[str, Injected] = {}
    stand_ins: tuple[str, ...] = ()
    sample: float = 1.0
    grace_s: float = 1.0
    metrics: RunFacts | None = None
