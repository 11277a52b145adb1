"""Numbers and outcomes as people read them: `0.42 s`, `1.2 %`, `never`, `unknown`."""

import math
import re
from datetime import UTC, datetime

from experiments.judging.verdict import Finding
from telemetry.clock import NS_PER_S
from telemetry.outcome import Outcome

NEVER = "never"
UNKNOWN = "unknown"
SHARE_UNITS = ("share", "fraction")
COMPARISONS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
OPERATOR = re.compile(r"(<=|>=|==|!=|<|>)")


def amount(value: float | None, unit: str = "") -> str:
    """Write a value with its unit; None is unknown, infinity never happened."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return NEVER
    if unit == "s":
        return duration(value)
    if unit in SHARE_UNITS:
        return f"{plain(value * 100)} %"
    return f"{plain(value)} {unit}".strip()


def duration(value: float) -> str:
    """Write finite seconds: `42 ms`, `0.42 s`, `12.4 s`, `3 min 20 s`."""
    size = abs(value)
    if size >= 120:
        minutes, rest = divmod(round(size), 60)
        return f"{'-' if value < 0 else ''}{minutes} min {rest} s"
    if 0 < size < 0.0995:
        return f"{plain(value * 1000)} ms"
    return f"{plain(value)} s"


def plain(value: float) -> str:
    """Write a number with three significant digits, thousands separated, no trailing zeros."""
    if value == 0:
        return "0"
    if abs(value) >= 1000 or value == round(value):
        return f"{round(value):,}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(at_s: float) -> str:
    """Write a point on the run's axis to the hundredth: `20.02 s`."""
    return f"{at_s:.2f}".rstrip("0").rstrip(".") + " s"


def sharing(part: int, whole: int) -> str:
    """Write a count with what it is a share of: `3 of 240 (1.25 %)`."""
    if not whole:
        return "0 of 0"
    return f"{part:,} of {whole:,} ({plain(100 * part / whole)} %)"


def count(number: int, word: str) -> str:
    """Write a number of things: `1 exchange`, `12 exchanges`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def utc_words(wall_ns: int) -> str:
    """Write a moment since the epoch: `2025-11-22 08:13:20 UTC`."""
    moment = datetime.fromtimestamp(wall_ns // NS_PER_S, tz=UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def outcome_words(outcome: Outcome) -> str:
    """Write an outcome in words: `reset mid stream`."""
    return outcome.value.replace("_", " ")


def limit_words(finding: Finding) -> str:
    """Write a finding's limit with its comparison: `≤ 5 s`."""
    sign = OPERATOR.search(finding.gate)
    written = amount(finding.limit, finding.unit) if finding.limit is not None else ""
    return f"{COMPARISONS.get(sign.group(1), sign.group(1)) if sign else ''} {written}".strip()


def label(name: str) -> str:
    """Write a metric's or phase's name as a heading: `failover_time` -> `Failover time`."""
    return name.replace("_", " ").capitalize()
