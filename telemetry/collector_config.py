"""What a collector process is told: where to keep what comes, and where to listen."""

import msgspec

from telemetry.collecting.limits import USUAL, Limits

HTTP = "otlp-http"
GRPC = "otlp-grpc"
"""The names under which a collector says its ports."""


class CollectorConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The collector's configuration file; port 0 is any free one, all of them on loopback."""

    run_folder: str
    http_port: int = 0
    grpc_port: int = 0
    limits: Limits = USUAL
