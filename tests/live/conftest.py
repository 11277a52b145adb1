"""What several live tests stand on: a folder of their own for sockets, and a gRPC service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.echoing import echo


@pytest.fixture
def own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep control sockets of this test apart from all others."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture(scope="module")
def echo_port() -> Iterator[int]:
    """Serve what is sent, over gRPC."""
    with echo() as (_, port):
        yield port
