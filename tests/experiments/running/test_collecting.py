"""Where a collector listens is said as OpenTelemetry's SDKs read it; a run can do without one."""

import socket
from pathlib import Path
from typing import Any

import pytest

from experiments.model import Telemetry
from experiments.running.collecting import Collecting, otlp_environment
from experiments.running.processes import Processes

PORTS = {"otlp-http": 1, "otlp-grpc": 2}


def test_each_protocol_is_told_with_its_own_port() -> None:
    assert otlp_environment("http/protobuf", PORTS) == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
    }
    told = otlp_environment("grpc", PORTS)
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:2"
    assert told["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == "http://127.0.0.1:2"


class Noted:
    """What is put on record, and what is said."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.said: list[str] = []

    def note(self, name: str, _subject: str = "", **facts: Any) -> None:
        self.events.append((name, facts))


def collecting(folder: Path, noted: Noted, telemetry: Telemetry) -> Collecting:
    return Collecting(telemetry, folder, Processes(folder), note=noted.note, say=noted.said.append)


def test_without_being_asked_for_there_is_none(tmp_path: Path) -> None:
    noted = Noted()
    one = collecting(tmp_path, noted, Telemetry())
    one.start()
    one.end()
    assert (one.environment, noted.events, noted.said) == ({}, [], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.live
def test_one_that_cannot_listen_is_noted_and_done_without(tmp_path: Path) -> None:
    noted = Noted()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = collecting(tmp_path, noted, Telemetry(collect=True, grpc_port=port))
        one.start()
    one.end()
    assert one.environment == {}
    assert [name for name, _ in noted.events] == ["collector_lost"]
    assert f"127.0.0.1:{port}" in noted.events[0][1]["reason"]


@pytest.mark.live
def test_one_that_keeps_dying_is_given_up(tmp_path: Path) -> None:
    noted = Noted()
    one = collecting(tmp_path, noted, Telemetry(collect=True))
    one.start()
    lost = {"worker": "gone"}
    for _ in range(4):
        lost["collector"] = "collector ended with -9"
        one.mind(lost)
    one.end()
    assert lost == {"worker": "gone"}
    assert [name for name, _ in noted.events] == [*["restarted"] * 3, "collector_lost"]
    assert "the run goes on without a collector" in noted.said[-1]
