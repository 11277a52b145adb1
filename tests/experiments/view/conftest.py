"""A finished run, opened: 60 s, azure out for 20 of them, and a vertex that fails now and then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.view.opened import Opened, open_run
from tests.live.viewed import made_up


@pytest.fixture(scope="session")
def viewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the run."""
    return made_up(tmp_path_factory.mktemp("viewed"))


@pytest.fixture(scope="session")
def opened(viewed: Path) -> Iterator[Opened]:
    """Return the run, read."""
    found = open_run(viewed, lambda _words: None)
    yield found
    found.shelf.close()
