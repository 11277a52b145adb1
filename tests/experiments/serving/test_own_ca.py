import ssl
from pathlib import Path

import pytest

from experiments.reading.problems import UsageError
from experiments.serving.own_ca import told_authority


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_the_first_line_is_the_certificates_path_and_the_rest_says_how_to_trust_it() -> None:
    path, *rest = told_authority(pem=False).splitlines()
    ssl.create_default_context(cafile=path)
    assert any(f"SSL_CERT_FILE={path}" in line for line in rest)
    assert any("only you can read" in line for line in rest)


def test_the_certificate_itself_is_the_one_that_is_kept() -> None:
    pem = told_authority(pem=True)
    assert pem == Path(told_authority(pem=False).splitlines()[0]).read_text()
    ssl.create_default_context(cadata=pem)


def test_what_is_amiss_is_a_matter_of_usage(tmp_path: Path) -> None:
    (tmp_path / "crosswind" / "ca").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"ca\.key: missing"):
        told_authority(pem=False)
