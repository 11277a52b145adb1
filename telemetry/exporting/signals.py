"""Which signals the environment wants to be sent, and by which of the specified exporters; pure.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/: the names in
`OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` and `OTEL_LOGS_EXPORTER` choose exporters,
`OTEL_SDK_DISABLED` turns all of them off. Without a name OTLP is the default, here only where an
endpoint is named, too: nothing is sent to a default address that nobody asked for.
"""

from collections.abc import Mapping
from typing import Final, Literal

Signal = Literal["TRACES", "METRICS", "LOGS"]
SIGNALS: Final[tuple[Signal, ...]] = ("TRACES", "METRICS", "LOGS")
OTLP, PAGE, NONE = "otlp", "prometheus", "none"
KNOWN: Final = {"TRACES": (OTLP, NONE), "METRICS": (OTLP, PAGE, NONE), "LOGS": (OTLP, NONE)}


def by_otlp(environment: Mapping[str, str], signal: Signal) -> bool:
    """Tell whether a signal goes to an OTLP backend."""
    if is_disabled(environment):
        return False
    chosen = exporters(environment, signal)
    return OTLP in chosen if chosen else bool(_said(environment, *endpoint_variables(signal)))


def by_page(environment: Mapping[str, str]) -> bool:
    """Tell whether metrics are shown on a page for Prometheus."""
    return not is_disabled(environment) and PAGE in exporters(environment, "METRICS")


def exporters(environment: Mapping[str, str], signal: Signal) -> tuple[str, ...]:
    """Return the exporters that a signal's variable names; none where it is not set."""
    told = _said(environment, f"OTEL_{signal}_EXPORTER").lower()
    return tuple(name for part in told.split(",") if (name := part.strip()))


def not_known(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is named and does not exist here, as `VARIABLE=name`."""
    return tuple(
        f"OTEL_{signal}_EXPORTER={name}"
        for signal in SIGNALS
        for name in exporters(environment, signal)
        if name not in KNOWN[signal]
    )


def is_disabled(environment: Mapping[str, str]) -> bool:
    """Tell whether nothing at all is to be sent."""
    return _said(environment, "OTEL_SDK_DISABLED").lower() == "true"


def endpoint_variables(signal: Signal) -> tuple[str, str]:
    """Return the variables that name a signal's OTLP backend, the first wins."""
    return f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"


def protocol_variables(signal: Signal) -> tuple[str, str]:
    """Return the variables that name the protocol spoken there, the first wins."""
    return f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"


def _said(environment: Mapping[str, str], *names: str) -> str:
    return next((value for name in names if (value := environment.get(name, "").strip())), "")
