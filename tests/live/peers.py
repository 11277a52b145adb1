"""Other people's backends in processes of their own, where they are on the PATH."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.otlp_backend import wait_until

JAEGER = """
service:
  extensions: [jaeger_storage, jaeger_query]
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{traces: {{receivers: [otlp], exporters: [jaeger_storage_exporter]}}}}
extensions:
  jaeger_storage: {{backends: {{mem: {{memory: {{max_traces: 10000}}}}}}}}
  jaeger_query:
    storage: {{traces: mem}}
    http: {{endpoint: "127.0.0.1:{query}"}}
    grpc: {{endpoint: "127.0.0.1:{free}"}}
receivers:
  otlp:
    protocols: {{http: {{endpoint: "127.0.0.1:{http}"}}, grpc: {{endpoint: "127.0.0.1:{grpc}"}}}}
exporters: {{jaeger_storage_exporter: {{trace_storage: mem}}}}
"""


@contextmanager
def jaeger_at(folder: Path) -> Iterator[dict[str, int]]:
    """Run a Jaeger; yields its ports: `query`, and for OTLP `http` and `grpc`."""
    ports = {name: free_port() for name in ("query", "free", "http", "grpc")}
    config = folder / "jaeger.yaml"
    config.write_text(JAEGER.format(**ports))
    with started(folder, "jaeger", "--config", str(config)):
        wait_until(lambda: all(answers(ports[name]) for name in ("query", "http", "grpc")))
        yield ports


@contextmanager
def started(folder: Path, program: str, *words: str) -> Iterator[None]:
    """Run a peer; skips where it is not there."""
    if shutil.which(program) is None:
        pytest.skip(f"needs {program} on the PATH")
    with (folder / "peer.log").open("wb") as log:
        process = subprocess.Popen([program, *words], stdout=log, stderr=log, cwd=folder)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    """Tell whether somebody listens at a port."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return True
    time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
