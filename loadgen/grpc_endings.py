"""How a gRPC call ended, as grpcio tells it: by the server's status or by its connection. Pure.

grpcio turns every ending into a status, and nothing but how its words begin tells which are its
own: a server may say anything behind that, such as what its own upstream told it. The texts are
those of grpcio since 1.81; one that is unknown stays a status.
"""

import re
from typing import Final, NamedTuple

from providers.grpc import Status
from telemetry.outcome import Outcome

UNAVAILABLE: Final = 14


class Refused(NamedTuple):
    """No connection came about."""

    outcome: Outcome
    error: str


class Cut(NamedTuple):
    """The call's stream ended without a status: in order, or by a reset."""

    reset: bool


Ending = Status | Refused | Cut

_NO_CONNECTION: Final = re.compile(
    r"failed to connect to all addresses; last error: |FD Shutdown|DNS resolution failed"
)
_REFUSALS: Final = (
    ("Connection refused", Outcome.CONNECT_REFUSED),
    ("handshake failed", Outcome.TLS_FAILED),
    ("Handshake read failed", Outcome.TLS_FAILED),
    ("timed out", Outcome.CONNECT_TIMEOUT),
    # Of TCP's own, when its time is up.
    ("handshaker shutdown", Outcome.CONNECT_TIMEOUT),
    ("DNS resolution", Outcome.NAME_UNRESOLVED),
)
_CUT: Final = "Stream removed ("
_RESETS: Final = re.compile(r"RST_STREAM|Connection reset|Broken pipe|GOAWAY")
_NOT_GRPC: Final = re.compile(r"Received http2 header with status: (\d{3})$")


def ending_of(status: Status) -> Ending:
    """Return how a call ended whose status grpcio tells."""
    words = status.message
    if status.code == 0:
        return status
    if status.code == UNAVAILABLE and _NO_CONNECTION.match(words):
        found = (outcome for text, outcome in _REFUSALS if text in words)
        return Refused(next(found, Outcome.CONNECT_FAILED), words)
    if words.startswith(_CUT):
        return Cut(reset=_RESETS.search(words) is not None)
    told = _NOT_GRPC.match(words)
    return status._replace(http_status=int(told[1])) if told else status
