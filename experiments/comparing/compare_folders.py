"""From two sides as the command line names them to a comparison of the runs in them."""

from collections.abc import Sequence

import msgspec

from experiments.comparing.compare_quantity import Quantity, quantities
from experiments.comparing.compare_runs import (
    Run,
    RunFigures,
    changed,
    figures_of_run,
    runs_of,
    unlike,
)
from experiments.comparing.compare_sides import Comparison, compare, refused
from experiments.reading.nearest import listed
from experiments.reading.problems import UsageError


def compare_folders(base: str, new: str, metrics: Sequence[str] = ()) -> Comparison:
    """Compare the runs of two folders; without metrics told, those of the experiments' gates.

    Raises UsageError, and what reading a run's rows raises.
    """
    here, there = runs_of(base), runs_of(new)
    _check_apart(here, there)
    wanted = quantities(metrics or _gates(here, there))
    reason = unlike(here, there) or ("" if wanted else "the experiments have no gates")
    if reason:
        return refused(reason)
    compared = compare(_figures(here, wanted), _figures(there, wanted), wanted)
    change = changed(here, there)
    note = f"the sides differ in {listed(change)}" if change else "the sides' experiments are equal"
    return msgspec.structs.replace(compared, notes=(note, *compared.notes))


def _gates(base: Sequence[Run], new: Sequence[Run]) -> list[str]:
    return [gate for run in (*base[:1], *new[:1]) for gate in run.experiment.gates]


def _figures(runs: Sequence[Run], wanted: Sequence[Quantity]) -> list[RunFigures]:
    return [figures_of_run(run, wanted) for run in runs]


def _check_apart(base: Sequence[Run], new: Sequence[Run]) -> None:
    both = {run.path.resolve() for run in base} & {run.path.resolve() for run in new}
    if both:
        raise UsageError(f"{min(both)}: one run cannot be on both sides")
