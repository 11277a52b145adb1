import json
from pathlib import Path

from telemetry.clock import now_ns
from telemetry.logs.following import FollowingLog
from telemetry.rows import Event, Opened
from telemetry.run_folder import RunFolder

OPENED = Opened(host="here", role="conductor", pid=1, monotonic_ns=1, wall_ns=1)


def lines(folder: RunFolder) -> list[str]:
    return [json.loads(line)["event"] for line in folder.run_log.read_text().splitlines()]


def test_the_file_is_there_while_the_run_goes_on_and_begins_anew_with_its_reader(
    tmp_path: Path,
) -> None:
    folder = RunFolder(tmp_path)
    for _ in range(2):  # a reader that was killed, and one after it: both read from the first row
        log = FollowingLog(folder)
        log.take("conductor-0", OPENED)
        log.take("injector-0", Event(name="killed", at_ns=2))
        log.flush(now_ns())
        assert lines(folder) == ["crosswind.run.started", "crosswind.faults.killed"]
        log.close()
        log.close()
    assert len(lines(folder)) == 2


def test_a_disk_that_takes_no_more_ends_nothing_but_the_log(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.run_log.symlink_to("/dev/full")
    log = FollowingLog(folder)
    log.take("conductor-0", OPENED)
    log.flush(now_ns())
    log.close()
