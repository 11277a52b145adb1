"""Injectors that crash under `serve` are started again without faults; several share ports."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.rehearsals import wait_for
from tests.live.serving import Echo, Serving, connected, said_back

pytestmark = pytest.mark.live


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


def place(serving: Serving, echo: Echo) -> int:
    made = serving.ask("POST", "/proxies", {"name": "a", "upstream": echo.address})
    assert made.status == 201, made.body
    return int(made.json["listen"].rpartition(":")[2])


def crash(serving: Serving, pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: serving.said().count("started again") or None, 15)


def test_a_crashed_injector_is_started_again_without_faults(tmp_path: Path, echo: Echo) -> None:
    with Serving(tmp_path) as serving:
        port = place(serving, echo)
        serving.ask("POST", "/proxies/a/toxics", {"type": "timeout", "attributes": {"timeout": 1}})
        assert said_back(port) == b""
        (pid,) = serving.injectors()
        crash(serving, pid)
        assert said_back(port) == b"well?"
        assert serving.ask("GET", "/proxies/a/toxics").json == []
        assert serving.injectors() != [pid]
        assert not (tmp_path / "crosswind" / f"{pid}.sock").exists()
        assert serving.ask("POST", "/proxies/a/toxics", {"type": "timeout"}).status == 200


def test_one_that_keeps_crashing_is_given_up(tmp_path: Path) -> None:
    with Serving(tmp_path) as serving:
        for times in range(1, 4):
            os.kill(serving.injectors()[0], signal.SIGKILL)
            wait_for(lambda: serving.said().count("again") >= times or None, 15)  # noqa: B023 - it waits here
        os.kill(serving.injectors()[0], signal.SIGKILL)
        assert serving.process.wait(15) == 4


def test_when_one_of_several_crashes_all_are_without_faults(tmp_path: Path, echo: Echo) -> None:
    with Serving(tmp_path, "--workers", "2") as serving:
        port = place(serving, echo)
        toxic = {"type": "limit_data", "attributes": {"bytes": 0}}
        serving.ask("POST", "/proxies/a/toxics", toxic)
        assert [said_back(port) for _ in range(20)] == [b""] * 20
        crash(serving, serving.injectors()[1])
        assert [said_back(port) for _ in range(20)] == [b"well?"] * 20


def test_workers_share_a_port_and_both_work(tmp_path: Path, echo: Echo) -> None:
    with Serving(tmp_path, "--workers", "2") as serving:
        port = place(serving, echo)
        assert len(serving.injectors()) == 2
        for _ in range(40):
            assert said_back(port) == b"well?"
        assert serving.ask("GET", "/v1/attestation").json["asked"] == {"a": 40}
        serving.ask("POST", "/proxies/a", {"enabled": False})
        for _ in range(10):
            with pytest.raises(ConnectionRefusedError):
                said_back(port)
        assert serving.ask("POST", "/v1/kill").json == {"injectors": 2, "faults_left": 0}
        wait_for(lambda: answers(port), 5)


def answers(port: int) -> bool | None:
    try:
        return said_back(port) == b"well?" or None
    except ConnectionError:
        return None


def test_when_the_conductor_dies_its_injectors_end(tmp_path: Path, echo: Echo) -> None:
    with Serving(tmp_path) as serving:
        port = place(serving, echo)
        (pid,) = serving.injectors()
        serving.ask("POST", "/proxies/a/toxics", {"type": "bandwidth"})
        with connected(port) as line:
            line.sendall(b"x")
            line.settimeout(0.3)
            with pytest.raises(TimeoutError):
                line.recv(10)
            line.settimeout(10)
            serving.process.kill()
            assert line.recv(10) == b"x"
        wait_for(lambda: not Path(f"/proc/{pid}").exists() or None, 15)


def test_a_control_port_in_use_is_wrong_usage(tmp_path: Path, echo: Echo) -> None:
    with Serving(tmp_path, api=echo.address) as serving:
        assert serving.process.wait(20) == 2
        assert "in use" in serving.said()
        assert "crashed" not in serving.said()


def test_beyond_loopback_the_api_takes_a_token(tmp_path: Path) -> None:
    with Serving(tmp_path, api="0.0.0.0:0") as serving:
        assert serving.process.wait(20) == 2
        assert "CROSSWIND_TOKEN" in serving.said()


def test_who_does_not_know_the_token_is_refused(tmp_path: Path) -> None:
    with Serving(tmp_path, token="sesame") as serving:
        assert serving.ask("GET", "/proxies").status == 401
        wrong = {"Authorization": "Bearer open"}
        assert serving.ask("GET", "/v1", headers=wrong).status == 401
        assert serving.ask("GET", "/v1", headers={"Authorization": "Bearer sesame"}).status == 200


def test_what_counts_requests_takes_one_process(tmp_path: Path) -> None:
    quota = {"quota_exhausted": {"requests": 5}}
    with Serving(tmp_path, "--workers", "2") as serving:
        upstream = {"name": "a", "upstream": "http://127.0.0.1:1"}
        assert serving.ask("POST", "/proxies", upstream).status == 201
        toxic = {"type": "quota_exhausted", "attributes": {"requests": 5}}
        refused = (
            serving.ask("POST", "/v1/faults", {"inject": quota}),
            serving.ask("POST", "/proxies/a/toxics", toxic),
        )
        for answer in refused:
            assert answer.status == 400
            assert "serve with one worker" in answer.json["error"]
        words = ("inject", "quota_exhausted", "--set", "requests=5", "--for", "5s")
        by_hand = serving.crosswind(*words)
        assert by_hand.returncode == 4
        assert "serve with one worker" in by_hand.stdout
    file = tmp_path / "proxies.yaml"
    file.write_text(
        'proxies:\n  - {name: a, upstream: "http://127.0.0.1:1", dialect: openai-chat}\n'
        "faults:\n  - {id: q, at: a, duration_s: 5, inject: {quota_exhausted: {requests: 5}}}\n"
    )
    with Serving(tmp_path, str(file), "--workers", "2") as serving:
        assert serving.process.wait(20) == 2
        assert "--workers 2: q: quota_exhausted counts requests" in serving.said()
