"""Where the environment says that a signal goes: read here only to name it, as the exporters do."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

TRACES = "TRACES"
LOGS = "LOGS"
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


def destination(environment: Mapping[str, str], signal: str = TRACES) -> Destination:
    """Return where a signal goes; raises SettingError for a protocol that does not exist."""
    protocol = _first(environment, _variables("PROTOCOL", signal)) or HTTP
    if protocol not in _DEFAULTS:
        raise SettingError(f"no OTLP exporter for protocol {protocol!r}: use grpc or http/protobuf")
    return Destination(
        protocol, _plain(_first(environment, _variables("ENDPOINT", signal)), protocol)
    )


def is_set(environment: Mapping[str, str], signal: str = TRACES) -> bool:
    """Tell whether the environment names a backend for a signal, and does not turn it off."""
    if environment.get(f"OTEL_{signal}_EXPORTER", "").strip().lower() == "none":
        return False
    return bool(_first(environment, _variables("ENDPOINT", signal)))


def _variables(what: str, signal: str) -> tuple[str, str]:
    """Return the variables that say something for a signal, its own before that of all."""
    return f"OTEL_EXPORTER_OTLP_{signal}_{what}", f"OTEL_EXPORTER_OTLP_{what}"


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := environment.get(name, "").strip())), "")


def _plain(endpoint: str, protocol: str) -> str:
    parts = urlsplit(endpoint or _DEFAULTS[protocol])
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}" if host else endpoint
