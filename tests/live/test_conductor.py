"""What goes wrong on our side: a clear word, nothing left running, a folder that can be judged."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.rehearsals import CROSSWIND, Rehearsal, wait_for, write_short

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]


@pytest.fixture
def rehearsals() -> Iterator[list[Rehearsal]]:
    started: list[Rehearsal] = []
    yield started
    for rehearsal in started:
        rehearsal.close()


def judged(folder: Path) -> int:
    done = subprocess.run([CROSSWIND, "judge", str(folder)], capture_output=True, check=False)
    return done.returncode


def test_a_port_in_use_is_wrong_usage_and_starts_nothing(tmp_path: Path) -> None:
    experiment = write_short(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        experiment.write_text(
            experiment.read_text().replace(
                "azure: {dialect: azure-openai,",
                f"azure: {{dialect: azure-openai, listen: '127.0.0.1:{port}',",
            )
        )
        done = subprocess.run(
            [CROSSWIND, "run", str(experiment), "--out", str(tmp_path / "runs")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert f"endpoints.azure.listen: 127.0.0.1:{port}" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_an_endpoint_that_does_not_answer_is_inconclusive(
    tmp_path: Path, rehearsals: list[Rehearsal]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    experiment = write_short(tmp_path)
    experiment.write_text(
        experiment.read_text().replace(
            "vertex: {dialect: vertex-gemini, stand_in: {}}",
            f"vertex: {{dialect: vertex-gemini, base_url: 'http://127.0.0.1:{port}'}}",
        )
    )
    rehearsal = Rehearsal(experiment, tmp_path)
    rehearsals.append(rehearsal)
    assert rehearsal.end() == 4
    assert "preflight failed\n  vertex: no answer" in rehearsal.said()
    assert rehearsal.left() == []
    assert judged(rehearsal.folder()) == 4


@pytest.mark.parametrize("role", ["injector", "stand-in", "worker"])
def test_a_killed_child_ends_the_run_inconclusive(
    role: str, tmp_path: Path, rehearsals: list[Rehearsal]
) -> None:
    rehearsal = Rehearsal(write_short(tmp_path), tmp_path)
    rehearsals.append(rehearsal)
    rehearsal.until(2.0)
    os.kill(rehearsal.child(role), signal.SIGKILL)
    assert rehearsal.end() == 4
    assert f"{role} (process " in rehearsal.said()
    assert any(role in reason for reason in rehearsal.verdict()["invalid"])
    assert rehearsal.left() == []
    assert judged(rehearsal.folder()) == 4


def test_a_killed_store_is_started_again_and_loses_nothing(
    tmp_path: Path, rehearsals: list[Rehearsal]
) -> None:
    rehearsal = Rehearsal(write_short(tmp_path), tmp_path)
    rehearsals.append(rehearsal)
    rehearsal.until(3.0)
    os.kill(rehearsal.child("store"), signal.SIGKILL)
    assert rehearsal.end() == 0
    assert "started again" in rehearsal.said()
    assert rehearsal.verdict()["spans"]["lost"] == 0
    assert rehearsal.left() == []


@pytest.mark.parametrize(
    ("phase", "at_s"), [("warm_up", 0.3), ("baseline", 2.0), ("fault", 6.0), ("recovery", 11.0)]
)
def test_ctrl_c_ends_in_order_in_every_phase(
    phase: str, at_s: float, tmp_path: Path, rehearsals: list[Rehearsal]
) -> None:
    rehearsal = Rehearsal(write_short(tmp_path), tmp_path)
    rehearsals.append(rehearsal)
    rehearsal.until(at_s)
    rehearsal.interrupt()
    assert rehearsal.end() == 5
    verdict = rehearsal.verdict()
    assert verdict["verdict"] == "ABORTED"
    assert phase in verdict["aborted"]
    assert rehearsal.left() == []
    assert judged(rehearsal.folder()) == 5


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path, rehearsals: list[Rehearsal]) -> None:
    rehearsal = Rehearsal(write_short(tmp_path), tmp_path)
    rehearsals.append(rehearsal)
    rehearsal.until(6.0)
    rehearsal.interrupt()
    wait_for(lambda: "interrupted:" in rehearsal.said() or None, 5.0)
    rehearsal.interrupt()
    assert rehearsal.end(5.0) == 130
    assert rehearsal.left() == []


def test_a_full_disk_is_inconclusive(tmp_path: Path) -> None:
    script = tmp_path / "crowded.sh"
    script.write_text(f'ulimit -f 64\nexec {CROSSWIND} "$@"\n')
    done = subprocess.run(
        ["bash", str(script), "run", str(write_short(tmp_path)), "--out", str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4, done.stdout + done.stderr
    assert "lost" in done.stdout + done.stderr
