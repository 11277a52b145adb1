"""What values are called and when they are well, the same on every board."""

from typing import Final

from telemetry.dashboards.panels import GREEN, ORANGE, RED, YELLOW, Words

VERDICTS: Final[Words] = {
    0: ("PASS", GREEN),
    3: ("FAIL", RED),
    4: ("INCONCLUSIVE", ORANGE),
    5: ("ABORTED", ORANGE),
    6: ("FAULTS LEFT", RED),
    130: ("ENDED", ORANGE),
}
"""By exit code."""
FAULTS: Final[Words] = {0: ("none", GREEN), 1: ("active", RED)}
BREAKERS: Final[Words] = {0: ("closed", GREEN)}
AVAILABLE: Final = ((None, RED), (0.95, ORANGE), (0.99, GREEN))
SATURATED: Final = ((None, GREEN), (0.8, YELLOW), (1.0, RED))
AMPLIFIED: Final = ((None, GREEN), (1.3, ORANGE), (2.0, RED))
NONE_LOST: Final = ((None, GREEN), (1, RED))
RULINGS: Final[Words] = {
    "pass": ("pass", GREEN),
    "fail": ("fail", RED),
    "unknown": ("unknown", ORANGE),
}
