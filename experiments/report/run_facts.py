"""What the run folder's experiment file says about its run: overrides and versions, in words."""

from pathlib import Path

from experiments.reading.problems import UsageError
from experiments.reading.resolved import read_run


def run_facts(path: Path) -> dict[str, str]:
    """Return facts by name; empty for a folder whose file says nothing about a run."""
    try:
        run = read_run(path)
    except (UsageError, OSError):
        return {}
    facts = {"Overrides": ", ".join(run.overrides)} if run.overrides else {}
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    return facts | ({"Versions": versions} if versions else {})
