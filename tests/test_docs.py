"""Every command that README and docs show is run, or stands in a block that says why it is not.

A shell block runs its `crosswind` lines one after the other in an empty folder, with `$RUN` set to
a finished run. ```` ```sh not run here: reason ```` marks the others; `make` lines are the test
suite itself and the drill that `tests/live/test_catalogue.py` runs.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live.rehearsals import CROSSWIND, Rehearsal

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|shell|bash|console)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SAMPLE = re.compile(r"^```yaml\n(title:.*?)^```", re.MULTILINE | re.DOTALL)
NOT_RUN = "not run here: "
NOT_RUN_COUNT = 19
"""How many blocks are not run; raise it only with a reason in the block itself."""

MAKE = {
    "make drill": "tests/live/test_catalogue.py runs the recipe's command",
    "make test": "this very run",
    "make check": "the continuous integration runs it",
    "make setup": "this environment came from it",
    "make format": "changes files",
}


def blocks() -> list[tuple[str, str, str]]:
    """Return (page, mark, text) of every shell block."""
    found = []
    for page in PAGES:
        for mark, text in BLOCK.findall(page.read_text()):
            found.append((page.name, mark.strip(), text))
    return found


RUN_HERE = [(page, text) for page, mark, text in blocks() if not mark.startswith(NOT_RUN)]


def commands(text: str) -> list[str]:
    """Return the commands of a block: no comments, continued lines joined."""
    joined = text.replace("\\\n", " ")
    lines = [line.split("  #")[0].strip() for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture
def finished(catalogue_runs: dict[str, Rehearsal], tmp_path: Path) -> Path:
    """Return a finished run folder of one's own."""
    folder = catalogue_runs["azure-outage"].folder()
    return shutil.copytree(folder, tmp_path / folder.name)


@pytest.mark.live
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("page", "text"), RUN_HERE, ids=[page for page, _ in RUN_HERE])
def test_a_documented_command_works(page: str, text: str, finished: Path, tmp_path: Path) -> None:
    for command in commands(text):
        if command in MAKE:
            continue
        assert command.split()[0] == "crosswind", f"{page}: {command!r} is not run by any test"
        mine = {"RUN": str(finished), "XDG_RUNTIME_DIR": str(tmp_path)}
        path = f"{Path(CROSSWIND).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env={**os.environ, **mine, "PATH": path},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, f"{page}: {command}\n{done.stdout}{done.stderr}"


def test_a_block_that_is_not_run_says_why_and_is_counted() -> None:
    marks = [mark for _, mark, _ in blocks() if mark]
    assert all(mark.startswith(NOT_RUN) and mark != NOT_RUN.strip() for mark in marks)
    assert len(marks) == NOT_RUN_COUNT


def test_the_drill_is_the_experiment_that_the_catalogue_test_runs() -> None:
    recipe = (ROOT / "Makefile").read_text()
    assert "crosswind run experiments/catalog/azure-outage.yaml" in recipe


@pytest.mark.parametrize("page", ["README.md", "docs/experiments.md"])
def test_an_experiment_on_a_page_is_a_valid_one(page: str, tmp_path: Path) -> None:
    samples = re.findall(
        r"^```yaml\n(title:.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL
    )
    assert samples
    for number, sample in enumerate(samples):
        file = tmp_path / f"sample{number}.yaml"
        file.write_text(sample)
        done = subprocess.run(
            [CROSSWIND, "validate", str(file)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_shows_something() -> None:
    assert all(page.read_text().startswith("# ") for page in PAGES if page.exists())
