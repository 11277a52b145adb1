"""A collector that is leant on in ways no exporter would: it answers others, and stays small."""

import os
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from tests.live.collectors import Collecting, collector
from tests.telemetry.collecting.requests import request, span

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]

PROTOBUF = "Content-Type: application/x-protobuf"
BODY = request(span()).SerializeToString()
HEAD = f"POST /v1/traces HTTP/1.1\r\nHost: x\r\n{PROTOBUF}\r\n"
MOST_GROWTH_MB = 60
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Collecting]:
    with collector(tmp_path) as one:
        yield one


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Return an HTTP/2 frame (RFC 9113, section 4.1)."""
    return (
        struct.pack(">I", len(payload))[1:]
        + bytes([kind, flags])
        + struct.pack(">I", stream)
        + payload
    )


def send_all(connection: socket.socket, data: bytes) -> None:
    """Send until the other side has had enough."""
    try:
        connection.sendall(data)
    except OSError:
        return


def test_who_sends_slowly_or_half_keeps_nobody_else_waiting(running: Collecting) -> None:
    half = [
        HEAD.encode()[:40],
        f"{HEAD}Content-Length: 4000000\r\n\r\n".encode() + bytes(3_900_000),
    ]
    held = [connect(running.http_port) for _ in range(20)]
    for number, connection in enumerate(held):
        connection.sendall(half[number % 2])
    assert running.post(BODY, PROTOBUF).status == 200
    for connection in held:
        connection.close()
    assert running.post(BODY, PROTOBUF).status == 200
    assert running.end()["accepted_spans"] == 2


@pytest.mark.parametrize(
    ("lie", "statuses"),
    [
        ("Content-Length: -1", {400}),
        ("Content-Length: 5, 6", {400}),
        ("Content-Length: 99999999999999999999999", {400, 413}),
        (f"Content-Length: {len(BODY)}\r\nContent-Length: 3", {400}),
        (f"Content-Length: {len(BODY)}\r\nTransfer-Encoding: chunked", {400}),
        (f"Content-Length: {len(BODY) - 3}", {400}),
        ("Transfer-Encoding: chunked", {400}),
    ],
)
def test_a_length_that_is_a_lie_is_refused(
    running: Collecting, lie: str, statuses: set[int]
) -> None:
    answer = running.send(f"{HEAD}{lie}\r\n\r\n".encode() + BODY)
    assert answer.status in statuses
    assert running.post(BODY, PROTOBUF).status == 200
    assert running.end()["accepted_spans"] == 1


def test_floods_of_http2_frames_leave_it_small_and_serving(running: Collecting) -> None:
    settings = frame(4, 0, 0, b"")
    floods = {
        "pings": frame(6, 0, 0, bytes(8)) * 100_000,
        "settings": settings * 100_000,
        "resets": frame(3, 0, 1, bytes(4)) * 50_000,
        "headers without an end": frame(1, 0, 1, b"\x82") + frame(9, 0, 1, bytes(16_000)) * 500,
        "no frames": os.urandom(4_000_000),
    }
    for name, flood in floods.items():
        with connect(running.grpc_port) as attacker:
            send_all(attacker, PREFACE + settings + flood)
        with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
            stub = TraceServiceStub(channel)  # type: ignore[no-untyped-call]  # generated
            stub.Export(ExportTraceServiceRequest.FromString(BODY), timeout=10)
        assert running.growth_mb() < MOST_GROWTH_MB, name
    assert running.end()["accepted_spans"] == len(floods)


def test_bytes_that_are_no_request_are_refused_over_grpc_and_counted(running: Collecting) -> None:
    long_varint = b"\x0a" + b"\xff" * 9 + b"\x01"
    doubled = BODY + BODY
    broken = [b"\xff" * 50, long_varint, b"\x0a\x05\x12", BODY[:-3]]
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
        export: Any = channel.unary_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        )
        for body in broken:
            with pytest.raises(grpc.RpcError) as raised:
                export(body, timeout=10)
            error: Any = raised.value
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        export(doubled, timeout=10)
    counts = running.end()
    assert (counts["accepted_spans"], counts["refused_requests"]) == (2, len(broken))


def test_a_hundred_small_attackers_leave_no_memory_behind(running: Collecting) -> None:
    deadline = time.monotonic() + 10
    for _ in range(300):
        with connect(running.http_port) as attacker:
            send_all(attacker, f"{HEAD}Content-Length: 200000\r\n\r\n".encode() + bytes(150_000))
        assert time.monotonic() < deadline
    assert running.post(BODY, PROTOBUF).status in {200, 503}
    assert running.growth_mb() < MOST_GROWTH_MB
