from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from telemetry.run_folder import RunFolder, new_run_folder, run_id

NOW = datetime(2026, 11, 22, 23, 4, 5, tzinfo=UTC)


def test_a_run_is_named_by_time_experiment_and_tag(tmp_path: Path) -> None:
    made = new_run_folder(tmp_path / "runs", "azure-outage", "0badcafe", NOW)
    assert made.path == tmp_path / "runs" / "20261122T230405Z-azure-outage-0badcafe"
    assert made.path.is_dir()
    assert made.run_tag == "0badcafe"


def test_a_run_folder_is_never_used_again(tmp_path: Path) -> None:
    new_run_folder(tmp_path, "azure-outage", "0badcafe", NOW)
    with pytest.raises(FileExistsError):
        new_run_folder(tmp_path, "azure-outage", "0badcafe", NOW)


def test_the_stamp_is_utc_wherever_the_run_is() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert run_id("a", "0badcafe", there) == run_id("a", "0badcafe", NOW)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        run_id("a", "0badcafe", NOW.replace(tzinfo=None))


@pytest.mark.parametrize("name", ["../../etc", "a b/c", "..", ""])
def test_an_experiments_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    made = new_run_folder(tmp_path, name, "0badcafe", NOW)
    assert made.path.parent == tmp_path
    assert made.run_tag == "0badcafe"


def test_a_renamed_folder_has_no_tag() -> None:
    assert RunFolder(Path("fixtures/my-run")).run_tag == ""
