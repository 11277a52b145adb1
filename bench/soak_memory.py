"""What a process holds, looked at over and over, and how fast that grows."""

import os
import time
from pathlib import Path
from typing import NamedTuple


class Sample(NamedTuple):
    """One look at the injector: seconds since the load began, MB resident, open descriptors."""

    at_s: float
    rss_mb: float
    descriptors: int


def slope_mb(samples: list[Sample], settled_s: float) -> float | None:
    """Return the growth per ten minutes by least squares; None before there is ten minutes' worth.

    What comes before `settled_s` is left out.
    """
    late = [one for one in samples if one.at_s >= settled_s]
    if len(late) < 2 or late[-1].at_s - late[0].at_s < settled_s:
        return None
    middle_s = sum(one.at_s for one in late) / len(late)
    middle_mb = sum(one.rss_mb for one in late) / len(late)
    over = sum((one.at_s - middle_s) * (one.rss_mb - middle_mb) for one in late)
    return over / sum((one.at_s - middle_s) ** 2 for one in late) * 600


def look(pid: int, since_s: float) -> Sample:
    """Read a process's resident memory and count its descriptors (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    rss_mb = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Sample(
        time.monotonic() - since_s, rss_mb, sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    )
