"""`crosswind view` as it is typed: says where, serves, and ends with Ctrl-C."""

import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.rehearsals import CROSSWIND, Rehearsal, wait_for, write_short
from tests.live.viewed import made_up

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]

ADDRESS = re.compile(r"the page: (http://127\.0\.0\.1:\d+/)")


@contextmanager
def viewing(
    folder: Path, output: Path, *options: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the command; yields it and where its page is."""
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [CROSSWIND, "view", str(folder), *options], stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        found = wait_for(lambda: ADDRESS.search(output.read_text()), 20.0)
        yield process, found[1]
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def got(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server's
        return str(answer.read(), "utf-8")


def test_it_says_where_serves_and_ends_in_order(tmp_path: Path) -> None:
    folder, output = made_up(tmp_path), tmp_path / "output.txt"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with viewing(folder, output) as (process, url):
        for path in ("", "api/exchanges", "api/timeline", "api/exchange?x=4"):
            assert got(url + path)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    said = output.read_text().splitlines()
    assert said[-1] == "ended", said
    assert re.match(r"[\d,]+ exchanges read in ", said[2])
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere"),
        (["."], "no run folder"),
        ([".", "--port", "70000"], "--port"),
    ],
)
def test_wrong_usage_is_told(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = subprocess.run(
        [CROSSWIND, "view", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_is_going_on_is_shown_as_far_as_it_came(tmp_path: Path) -> None:
    rehearsal = Rehearsal(write_short(tmp_path), tmp_path)
    try:
        rehearsal.until(3.0)
        output = tmp_path / "view.txt"
        with viewing(rehearsal.folder(), output) as (process, url):
            page = got(url)
            process.send_signal(signal.SIGINT)
            process.wait(10)
        assert "Read while the run was not over" in page
        assert "NOT JUDGED" in page
        assert "Read while the run was not over" in output.read_text()
        assert (rehearsal.folder() / "spool").exists()
        assert not (rehearsal.folder() / "spans").exists()
    finally:
        rehearsal.interrupt()
        rehearsal.end(30)
        rehearsal.close()
