"""The time to first token's percentile in scope - the same percentile of the baseline.

A failed exchange counts as infinite; a baseline whose own percentile is one makes it unknown.
"""

from telemetry.figure import Contrast
from telemetry.metrics import time_to_first_token

METRIC = Contrast(name="latency_penalty", unit="s", doc=str(__doc__), of=time_to_first_token.METRIC)
