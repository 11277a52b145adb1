"""What Prometheus calls our metrics and attributes: the classic translation of OTLP names.

As Prometheus itself (`otlp.translation_strategy: UnderscoreEscapingWithSuffixes`, its default) and
the OpenTelemetry collector do it: what is no letter, digit or colon becomes an underscore, the unit
is appended unless it is an annotation in braces or stands there already, then `_total` for counters
and `_ratio` for gauges without a unit. A histogram's series have `_bucket`, `_count` or `_sum` at
the end.
"""

import re
from typing import Final

from telemetry import names

UNITS: Final = {"s": "seconds", "ms": "milliseconds", "By": "bytes", "min": "minutes", "1": ""}
PER_UNITS: Final = {"s": "second", "m": "minute", "h": "hour"}
"""A UCUM `min` below the stroke has no word there: it stays `per_min`."""


class UnknownNameError(Exception):
    """A name that the names file does not hold."""


def label(attribute: str) -> str:
    """Return the label of an attribute that some metric carries; raises UnknownNameError."""
    if not any(attribute in metric.attributes for metric in _metrics()) and (
        attribute != names.RUN_ID
    ):
        raise UnknownNameError(f"no metric carries {attribute!r}")
    return as_label(attribute)


def as_label(attribute: str) -> str:
    """Return what Prometheus makes of an attribute's name."""
    return re.sub(r"[^A-Za-z0-9_]", "_", attribute)


def metric(name: str) -> str:
    """Return a metric's name without a histogram's ending; raises UnknownNameError."""
    found = next((one for one in _metrics() if one.name == name), None)
    if found is None:
        raise UnknownNameError(f"no metric is called {name!r}")
    return translated(found.name, found.type, found.unit)


def translated(name: str, instrument: str, unit: str) -> str:
    """Return what Prometheus makes of a name, its instrument and its unit."""
    words = [word for word in re.split(r"[^A-Za-z0-9:]+", name) if word]
    words += [word for word in _unit_words(unit) if word and word not in words]
    if instrument == "counter":
        words = [*(word for word in words if word != "total"), "total"]
    if instrument == "gauge" and unit == "1":
        words = [*(word for word in words if word != "ratio"), "ratio"]
    return "_".join(words)


def _unit_words(unit: str) -> tuple[str, str]:
    main, _, per = unit.partition("/")
    above = "" if "{" in main else UNITS.get(main, main)
    below = "" if "{" in per else PER_UNITS.get(per, per)
    return above, f"per_{below}" if below else ""


def _metrics() -> list[names.Name]:
    return [name for name in names.TABLE if name.kind == "metric"]
