"""A child of ours is started, heard, ordered and ended; the children here are ten-line modules."""

import time
from pathlib import Path

import pytest

from experiments.running.children import Child, ChildFailedError, await_word
from telemetry.leash import Stop

LISTENER = """
import os, sys
from telemetry.leash import OrderReader, Stop, leash_descriptor, say_ready
say_ready({"ready": True, "ports": {"azure": 1234}})
reader = OrderReader()
while data := os.read(leash_descriptor(), 4096):
    if any(isinstance(order, Stop) for order in reader.feed(data)):
        sys.exit(0)
sys.exit(7)
"""


def child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, name: str = "deckhand"
) -> Child:
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Child(name, name, tmp_path / "config.json", tmp_path / "log.txt")


@pytest.mark.live
def test_a_child_says_its_ports_and_ends_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = child(tmp_path, monkeypatch, LISTENER)
    assert await_word(one, "ready", 10)["ports"] == {"azure": 1234}
    assert one.exit_code() is None
    one.order(Stop())
    assert one.wait(10)
    assert one.exit_code() == 0
    one.close()


@pytest.mark.live
def test_a_child_whose_leash_is_dropped_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = child(tmp_path, monkeypatch, LISTENER)
    await_word(one, "ready", 10)
    one.release()
    assert one.wait(10)
    assert one.exit_code() == 7
    one.close()


@pytest.mark.live
def test_a_child_that_dies_is_reported_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = child(tmp_path, monkeypatch, "raise SystemExit('no port left')")
    with pytest.raises(ChildFailedError, match=r"deckhand ended with 1:\n  no port left"):
        await_word(one, "ready", 10)
    one.close()


@pytest.mark.live
def test_a_child_that_stays_silent_is_waited_for_no_longer_than_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = child(tmp_path, monkeypatch, "import time; time.sleep(30)")
    began = time.monotonic()
    with pytest.raises(ChildFailedError, match=r"said no 'ready' within 0\.2 s"):
        await_word(one, "ready", 0.2)
    assert time.monotonic() - began >= 0.2
    one.kill()
    one.close()
