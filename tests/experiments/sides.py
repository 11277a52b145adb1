"""Finished runs of two sides on disk, one per seed, made of numbers."""

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from experiments.model import Experiment
from telemetry.record import Record
from tests.experiments.finished import finished, written
from tests.experiments.scenario import experiment, record, with_breaker, without_breaker

WITH_BREAKER = record(with_breaker())
WITHOUT_BREAKER = record(without_breaker())
GATES = ("failover_time <= 5 s", "user_errors (fault) <= 1 %", "failback_time <= 12 s")
SEEDS = (1, 2, 3, 4, 5)


def side(
    parent: Path,
    name: str,
    seen: Record = WITH_BREAKER,
    *,
    seeds: Iterable[int] = SEEDS,
    of: Experiment | None = None,
) -> Path:
    """Write a folder with a finished run per seed, and return its path."""
    folder = parent / name
    for number, seed in enumerate(seeds):
        run = finished(folder / "new", seen, of=seeded(of or experiment(*GATES), seed))
        run.rename(folder / f"run-{number}")
    return folder


def seeded(of: Experiment, seed: int) -> Experiment:
    """Return the experiment with a seed, and with what a file would say of its endpoints."""
    return replace(written(of), seed=seed)
