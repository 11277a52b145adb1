"""Whose run folder it is still."""

import subprocess
import sys
from pathlib import Path

from telemetry.clock import read_clock_pair
from telemetry.rows import Opened, encode_row
from telemetry.seal import seal
from telemetry.under_way import held, under_way
from tests.telemetry.scenes import small_run, write_spools


def unended(run: Path, *, host: str, pid: int) -> None:
    """Write a spool whose process has not said that it ended."""
    row = Opened(host=host, role="worker", pid=pid, monotonic_ns=1, wall_ns=1)
    row.seq = 0
    (run / "spool").mkdir(exist_ok=True)
    (run / "spool" / "worker-7.ndjson").write_bytes(encode_row(row))


def test_a_folder_that_nobody_holds_and_nobody_writes_to_is_at_rest(tmp_path: Path) -> None:
    assert under_way(tmp_path) == ""
    write_spools(tmp_path, small_run())
    assert under_way(tmp_path) == ""
    seal(tmp_path)
    assert under_way(tmp_path) == ""


def test_a_held_folder_is_under_way_until_it_is_let_go(tmp_path: Path) -> None:
    with held(tmp_path):
        assert under_way(tmp_path) == "it is under way"
    assert under_way(tmp_path) == ""


def test_to_ask_does_not_hold(tmp_path: Path) -> None:
    under_way(tmp_path)
    with held(tmp_path), held(tmp_path):
        assert under_way(tmp_path)


def test_who_dies_lets_go(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from telemetry.under_way import held\n"
        "with held(Path(sys.argv[1])):\n"
        "    print('held', flush=True); input()"
    )
    root = Path(__file__).parents[2]
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        assert under_way(tmp_path) == "it is under way"
    finally:
        holder.kill()
        holder.communicate()
    assert under_way(tmp_path) == ""


def test_a_spool_with_a_living_writer_is_under_way(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        unended(tmp_path, host=read_clock_pair().host, pid=other.pid)
        assert f"worker-7 (process {other.pid})" in under_way(tmp_path)
    finally:
        other.communicate(b"\n")
    assert under_way(tmp_path) == ""


def test_whether_a_writer_on_another_host_lives_is_not_known(tmp_path: Path) -> None:
    unended(tmp_path, host="far-away", pid=1)
    assert "whether it has ended on far-away is not known" in under_way(tmp_path)
