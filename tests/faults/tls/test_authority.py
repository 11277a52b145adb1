import datetime as dt
import stat
from pathlib import Path

import pytest

from faults.tls.authority import AuthorityError, authority_folder, own_authority

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
YEARS = dt.timedelta(days=1000)


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    first = own_authority(tmp_path / "deep" / "ca", NOW)
    again = own_authority(tmp_path / "deep" / "ca", NOW)
    assert again.certificate == first.certificate
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["ca"]


def test_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    own_authority(tmp_path / "ca", NOW)
    assert stat.S_IMODE((tmp_path / "ca" / "ca.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o700


def test_one_whose_time_is_over_is_followed_by_another(tmp_path: Path) -> None:
    old = own_authority(tmp_path / "ca", NOW)
    assert own_authority(tmp_path / "ca", NOW + YEARS).certificate != old.certificate


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    own_authority(tmp_path / "ca", NOW)
    (tmp_path / "ca" / "ca.key").chmod(0o644)
    with pytest.raises(AuthorityError, match="others can read it"):
        own_authority(tmp_path / "ca", NOW)


@pytest.mark.parametrize("name", ["ca.key", "ca.pem"])
def test_half_an_authority_is_refused_by_the_name_of_what_is_missing(
    tmp_path: Path, name: str
) -> None:
    own_authority(tmp_path / "ca", NOW)
    (tmp_path / "ca" / name).unlink()
    with pytest.raises(AuthorityError, match=f"{name}: missing"):
        own_authority(tmp_path / "ca", NOW)


def test_garbage_is_refused(tmp_path: Path) -> None:
    own_authority(tmp_path / "ca", NOW)
    (tmp_path / "ca" / "ca.pem").write_text("no certificate")
    with pytest.raises(AuthorityError, match="remove it to have a new one"):
        own_authority(tmp_path / "ca", NOW)


def test_it_is_kept_where_the_user_keeps_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert authority_folder() == tmp_path / "crosswind" / "ca"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert authority_folder() == tmp_path / ".local" / "share" / "crosswind" / "ca"
