"""Whether the environment wants a run's metrics anywhere, and how often; pure, and light to ask."""

from collections.abc import Mapping
from typing import Final

from telemetry.exporting.destination import SettingError
from telemetry.exporting.signals import by_otlp, by_page, is_disabled

URL_VARIABLE: Final = "CROSSWIND_REMOTE_WRITE_URL"
HEADERS_VARIABLE: Final = "CROSSWIND_REMOTE_WRITE_HEADERS"
INTERVAL_VARIABLE: Final = "OTEL_METRIC_EXPORT_INTERVAL"
EVERY_S: Final = 5.0
"""Runs are short: the specification's own default of a minute would show little of one."""


def are_wanted(environment: Mapping[str, str]) -> bool:
    """Tell whether metrics go anywhere at all."""
    return by_page(environment) or are_sent(environment)


def are_sent(environment: Mapping[str, str]) -> bool:
    """Tell whether metrics go to a backend, which a page is not."""
    written = not is_disabled(environment) and bool(environment.get(URL_VARIABLE, "").strip())
    return written or by_otlp(environment, "METRICS")


def every_s(environment: Mapping[str, str]) -> float:
    """Return the seconds between readings, by the specification's variable; raises SettingError."""
    told = environment.get(INTERVAL_VARIABLE, "").strip()
    if not told:
        return EVERY_S
    if not told.isdecimal() or int(told) == 0:
        raise SettingError(f"{INTERVAL_VARIABLE}={told}: a number of milliseconds above 0")
    return int(told) / 1000
