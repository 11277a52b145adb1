from pathlib import Path

import pytest

from providers.stand_in_process import main


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        (b"{", "truncated"),
        (b'{"stand_ins":[]}', "seed"),
        (b'{"seed":1,"stand_ins":[{"endpoint":"a","dialect":{"morse":{}}}]}', "no dialect 'morse'"),
        (b'{"seed":1,"stand_ins":[{"endpoint":"a","dialect":{"azure-openai":{"x":1}}}]}', "`x`"),
        (b'{"seed":1,"stand_ins":[{"endpoint":"a","dialect":{}}]}', "a: not enough values"),
    ],
)
def test_a_wrong_config_is_a_complaint_and_exit_2(
    config: bytes, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(config)
    assert main([str(path)]) == 2
    assert complaint in capsys.readouterr().err


def test_a_missing_config_or_argument_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.json")]) == 2
    assert "No such file" in capsys.readouterr().err
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
