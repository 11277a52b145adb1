"""How a gRPC call ended, as grpcio tells it: by the server's status or by its connection. Pure.

grpcio turns every ending into a status; what was the server's own, it says in the debug string
(gRPC core's "Error received from peer"). The texts are those of grpcio 1.85; one that is unknown
stays a status.
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

_FROM_PEER: Final = "Error received from peer"
_NO_CONNECTION: Final = re.compile(r"failed to connect to all addresses|FD Shutdown|DNS resolution")
_REFUSALS: Final = (
    ("Connection refused", Outcome.CONNECT_REFUSED),
    ("handshake failed", Outcome.TLS_FAILED),
    ("timed out", Outcome.CONNECT_TIMEOUT),
    ("DNS resolution", Outcome.NAME_UNRESOLVED),
)
_RESETS: Final = re.compile(r"RST_STREAM|Connection reset|Broken pipe|GOAWAY")
_CLOSURES: Final = re.compile(r"END_STREAM flag|Socket closed|Endpoint closing|End of TCP stream")


def ending_of(status: Status, debug: str) -> Ending:
    """Return how a call ended whose status and debug string grpcio tells."""
    if status.code == 0 or _FROM_PEER in debug:
        return status
    if status.code == UNAVAILABLE and _NO_CONNECTION.search(status.message):
        found = (outcome for text, outcome in _REFUSALS if text in status.message)
        return Refused(next(found, Outcome.CONNECT_FAILED), status.message)
    if _RESETS.search(status.message):
        return Cut(reset=True)
    return Cut(reset=False) if _CLOSURES.search(status.message) else status
