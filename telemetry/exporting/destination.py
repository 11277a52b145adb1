"""Where the environment says that a signal goes: read here to name it; the exporters do so too."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from telemetry.exporting.signals import Signal, by_otlp, endpoint_variables, protocol_variables

TRACES: Signal = "TRACES"
LOGS: Signal = "LOGS"
GRPC = "grpc"
HTTP = "http/protobuf"
_DEFAULTS = {GRPC: "http://localhost:4317", HTTP: "http://localhost:4318"}


class SettingError(Exception):
    """A setting of the environment makes no exporter; the message names it."""


class Destination(msgspec.Struct, frozen=True):
    """One backend: the protocol, and its address without credentials and query."""

    protocol: str
    address: str

    @property
    def key(self) -> str:
        """A file name for it: the same address is the same backend, whatever its headers."""
        said = f"{self.protocol} {self.address}"
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()

    def __str__(self) -> str:
        return f"{self.address} ({self.protocol})"


def destination(environment: Mapping[str, str], signal: Signal = TRACES) -> Destination:
    """Return where a signal goes; raises SettingError for a protocol that does not exist."""
    protocol = _first(environment, protocol_variables(signal)) or HTTP
    if protocol not in _DEFAULTS:
        raise SettingError(f"no OTLP exporter for protocol {protocol!r}: use grpc or http/protobuf")
    named = _first(environment, endpoint_variables(signal))
    return Destination(protocol, plain_address(named or _DEFAULTS[protocol]))


def is_set(environment: Mapping[str, str], signal: Signal = TRACES) -> bool:
    """Tell whether the environment names a backend for a signal, and does not turn it off."""
    return by_otlp(environment, signal)


def plain_address(url: str) -> str:
    """Return an address without credentials and query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}" if host else url


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := environment.get(name, "").strip())), "")
