"""The largest token gap's percentile in scope - the same percentile of the baseline.

A failed exchange counts as infinite; a baseline whose own percentile is one makes it unknown.
"""

from telemetry.figure import Contrast
from telemetry.metrics import token_gap

METRIC = Contrast(name="token_gap_penalty", unit="s", doc=str(__doc__), of=token_gap.METRIC)
