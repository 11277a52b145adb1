"""A made-up run on disk, judged: what is looked at by tests of the page."""

from pathlib import Path

from experiments.judging.conclude import conclude
from tests.experiments.finished import finished, written
from tests.experiments.report import synthetic


def made_up(parent: Path, *, rate_per_s: float = 12.0) -> Path:
    """Return the folder of a run of 60 s; azure is out for 20 of them, vertex fails at times."""
    scene = synthetic.Scene(vertex_fails=0.1, rate_per_s=rate_per_s)
    run = synthetic.run(scene)
    folder = finished(parent, run.record, written(run.experiment))
    conclude(folder)
    return folder
