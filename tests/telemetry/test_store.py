"""What a store refuses; what it does in a run is in tests/live/test_store.py."""

from pathlib import Path

import pytest

from telemetry.store import main


def test_a_store_needs_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: python -m telemetry.store CONFIG.json" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["not json", '{"run_folder": "x", "run_tag": "y", "typo": 1}'])
def test_a_configuration_that_is_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    assert main([str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_a_store_outside_a_run_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CROSSWIND_LEASH_FD", raising=False)
    path = tmp_path / "config.json"
    path.write_text('{"run_folder": "x", "run_tag": "y"}')
    assert main([str(path)]) == 2
    assert "CROSSWIND_LEASH_FD" in capsys.readouterr().err
