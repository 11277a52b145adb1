"""How a run is to be conducted, beyond what its experiment says."""

from pathlib import Path

import msgspec


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Where run folders are made, what the command line changed, and on whose account it goes.

    `workers` processes share the load. `live`: the endpoints that are somebody's real ones, or
    count as such: their quotas must be enough.
    """

    out: Path = Path("runs")
    overrides: tuple[str, ...] = ()
    workers: int = 1
    live: tuple[str, ...] = ()
