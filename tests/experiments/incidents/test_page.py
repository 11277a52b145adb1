"""The page about incidents is what the profiles say."""

import subprocess
import sys
from pathlib import Path

from experiments.incidents.page import page
from experiments.incidents.read import incidents

COMMITTED = Path(__file__).parents[3] / "docs" / "incidents.md"


def test_the_page_is_up_to_date() -> None:
    assert COMMITTED.read_text() == page(), "python -m experiments.incidents.page"


def test_the_command_prints_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "experiments.incidents.page"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == page()


def test_every_incident_is_there_with_its_sources() -> None:
    text = page()
    for name in incidents():
        assert text.count(f"### `{name}`") == 1
    assert text.count("\nSources: <http") == len(incidents())
