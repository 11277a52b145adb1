"""Where an experiment lies: a path, or the name of one in the catalogue."""

from pathlib import Path

from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import UsageError

CATALOG = Path(__file__).parent / "catalog"


def catalog() -> dict[str, Path]:
    """Return the experiments that come with Crosswind, by name."""
    return {path.stem: path for path in sorted(CATALOG.glob("*.yaml"))}


def find_experiment(name: str) -> Path:
    """Return the file of a path or a catalogue name; raises UsageError."""
    path = Path(name)
    if path.is_file():
        return path
    known = catalog()
    if name in known:
        return known[name]
    if path.is_dir() and (path / "experiment.yaml").is_file():
        return path / "experiment.yaml"
    if path.is_dir():
        raise UsageError(f"{name}: a folder, and no run's: it has no experiment.yaml")
    hint = nearest(path.stem, known)
    meant = f"; did you mean {hint}?" if hint else ""
    raise UsageError(
        f"{name}: no such file, and no experiment of the catalogue ({listed(known)}){meant}"
    )
