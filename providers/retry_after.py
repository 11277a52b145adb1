"""The wait that a refusal's headers ask for, in seconds, as the official SDKs read it."""

import math
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read `retry-after-ms`, else `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3).

    A date counts from the answer's own `date`, so that no clock of ours has to agree with theirs.
    None where nothing usable is said; a date that has passed is 0.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    return seconds if seconds is not None else _until(value, headers.get("date"))


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(value: str | None, said_at: str | None) -> float | None:
    then, now = _date(value), _date(said_at)
    if then is None or now is None:
        return None
    return max(0.0, (then - now).total_seconds())


def _date(value: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(value) if value is not None else None
    except ValueError:
        return None
    return read if read is not None and read.tzinfo is not None else None
