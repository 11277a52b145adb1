"""The children of a run begin and end in order, and none is left."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from experiments.running.children import ChildFailedError
from experiments.running.processes import INJECTOR, STAND_INS, STORE, Processes
from faults.config import InjectorConfig, Listener
from providers.config import StandInConfig, StandInListener
from telemetry.store_config import StoreConfig
from tests.live.rehearsals import pids_with, wait_for

pytestmark = pytest.mark.live

STAND_IN = StandInConfig(
    seed=1, stand_ins=(StandInListener(endpoint="azure", dialect={"azure-openai": {}}),)
)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.kill_all()


def injector(upstream_port: int, port: int = 0) -> InjectorConfig:
    listener = Listener(
        endpoint="azure",
        dialect={"azure-openai": {}},
        upstream=f"http://127.0.0.1:{upstream_port}",
        port=port,
    )
    return InjectorConfig(seed=1, run_tag="a1b2c3d4", listeners=(listener,))


def test_a_child_says_where_it_listens_and_ends_in_order(
    processes: Processes, tmp_path: Path
) -> None:
    ports = processes.start(STAND_INS, STAND_IN)
    assert ports["azure"] > 0
    assert processes.lost() == {}
    assert processes.stop(STAND_INS) == ""
    assert pids_with(str(tmp_path)) == []


def test_a_child_that_dies_is_lost_with_its_process_id(
    processes: Processes, tmp_path: Path
) -> None:
    processes.start(STAND_INS, STAND_IN)
    (pid,) = pids_with(str(tmp_path))
    os.kill(pid, signal.SIGKILL)
    lost = wait_for(lambda: processes.lost() or None, 5)
    assert lost == {STAND_INS: f"stand-in (process {pid}) ended with -9"}
    assert processes.stop(STAND_INS) == "stand-in ended with -9"


def test_a_taken_port_is_told_by_the_child(processes: Processes) -> None:
    ports = processes.start(STAND_INS, STAND_IN)
    with pytest.raises(ChildFailedError, match="injector"):
        processes.start(INJECTOR, injector(ports["azure"], port=ports["azure"]))


def test_faults_are_taken_away_and_counted(processes: Processes) -> None:
    ports = processes.start(STAND_INS, STAND_IN)
    processes.start(INJECTOR, injector(ports["azure"]))
    assert processes.disarm() == 0
    assert processes.stop(INJECTOR) == ""


def test_an_injector_that_is_gone_has_no_faults_left(processes: Processes) -> None:
    assert processes.disarm() == 0


def test_a_store_is_started_again_a_few_times_only(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    processes.start(STORE, StoreConfig(run_folder=str(tmp_path), run_tag="a1b2c3d4"))
    assert [processes.restart(STORE) for _ in range(4)] == [True, True, True, False]


def test_released_children_go_by_themselves(processes: Processes, tmp_path: Path) -> None:
    ports = processes.start(STAND_INS, STAND_IN)
    processes.start(INJECTOR, injector(ports["azure"]))
    processes.release_all()
    assert pids_with(str(tmp_path)) == []


WAYS: dict[str, Callable[[Processes], object]] = {
    "stop": lambda children: children.stop(INJECTOR),
    "release_all": Processes.release_all,
    "kill_all": Processes.kill_all,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_injector_leaves_no_control_socket(
    way: Callable[[Processes], object],
    processes: Processes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Not in `tmp_path`: the path of a socket may be no longer than 107 bytes.
    with tempfile.TemporaryDirectory() as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        processes.start(INJECTOR, injector(9))
        (pid,) = pids_with(str(tmp_path))
        socket = Path(runtime) / "crosswind" / f"{pid}.sock"
        assert socket.exists()
        way(processes)
        assert not socket.exists()
