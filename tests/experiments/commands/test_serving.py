"""`kill` and refused `serve` and `stand-in`; serving itself is in `tests/live`."""

import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faults.control import control_folder
from tests.experiments.commands.asking import Crosswind
from tests.experiments.files import write

pytestmark = pytest.mark.usefixtures("private")


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let nobody else's injectors be found; returns the folder of the sockets."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = control_folder()
    folder.mkdir(mode=stat.S_IRWXU)
    return folder


@contextmanager
def injector(path: Path, answer: bytes) -> Iterator[list[bytes]]:
    """Listen as an injector does, answer once, and tell what was asked."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o600)
        server.listen()
        thread = threading.Thread(target=_answer, args=(server, answer, asked))
        thread.start()
        try:
            yield asked
        finally:
            thread.join()


def _answer(server: socket.socket, answer: bytes, asked: list[bytes]) -> None:
    caller, _ = server.accept()
    with caller:
        asked.append(caller.recv(1000))
        caller.sendall(answer)


def test_killing_exits_0_when_no_fault_is_left(private: Path, crosswind: Crosswind) -> None:
    with injector(private / "7.sock", b'{"pid":7,"faults_left":0}\n') as asked:
        said = crosswind("kill")
    assert b'"kill"' in asked[0]
    engaged = "1 injectors asked; engaged until crosswind kill --release"
    assert said == (0, f"injector 7: 0 faults left\n{engaged}\n", "")


@pytest.mark.parametrize("answer", [b'{"pid":7,"faults_left":2}\n', b"", b"aye\n"])
def test_killing_exits_6_when_a_fault_may_be_left(
    answer: bytes, private: Path, crosswind: Crosswind
) -> None:
    with injector(private / "7.sock", answer):
        said = crosswind("kill")
    assert said.code == 6
    assert "injector 7: " in said.out
    assert "0 faults left" not in said.out
    assert "Traceback" not in said.err


def test_one_injector_with_a_fault_left_is_enough_to_exit_6(
    private: Path, crosswind: Crosswind
) -> None:
    done, left = b'{"pid":7,"faults_left":0}\n', b'{"pid":8,"faults_left":1}\n'
    with injector(private / "7.sock", done), injector(private / "8.sock", left):
        said = crosswind("kill")
    assert said.code == 6
    assert "2 injectors asked" in said.out


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("stand-in", "azure-openai", "--port", "65536"), "--port"),
        (("stand-in", "azure-openai", "--port", "-1"), "--port"),
        (("stand-in", "azure-openai", "--seed", "-1"), "--seed"),
        (("serve", "azure-outage", "--max-ttl", "-1s"), "--max-ttl"),
    ],
)
def test_a_number_out_of_range_is_wrong_usage(
    words: tuple[str, ...], option: str, crosswind: Crosswind
) -> None:
    said = crosswind(*words)
    assert said.code == 2
    assert option in said.err


def test_a_port_in_use_is_wrong_usage(tmp_path: Path, crosswind: Crosswind) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        lone = crosswind("stand-in", "azure-openai", "--port", port)
        address = f"127.0.0.1:{port}"
        served = crosswind("serve", write(tmp_path), "--set", f"endpoints.azure.listen={address}")
    assert lone == (2, "", f"--port: {address}: Address already in use\n")
    assert served == (2, "", f"endpoints.azure.listen: {address}: Address already in use\n")
