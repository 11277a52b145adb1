import pytest

from tests.experiments.commands.asking import Crosswind


@pytest.fixture
def crosswind(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Crosswind:
    return Crosswind(capsys, monkeypatch)
