"""The total time's percentile in scope - the same percentile of the baseline.

A failed exchange counts as infinite; a baseline whose own percentile is one makes it unknown.
"""

from telemetry.figure import Contrast
from telemetry.metrics import total_time

METRIC = Contrast(name="total_time_penalty", unit="s", doc=str(__doc__), of=total_time.METRIC)
