"""Planted keys reach no artefact: not of failing endpoints, not of a gateway that tells all."""

import json
import sys
from pathlib import Path

import duckdb
import pytest

from tests.live.rehearsals import Rehearsal
from tests.telemetry.planted import KINDS

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]
FAKE = Path(__file__).with_name("fake_gateway.py")

EXPERIMENT = """\
title: Endpoints that echo keys, and a gateway that tells all
endpoints:
  azure: {{dialect: azure-openai, stand_in: {{latency: {{overhead_s: 0.01}}}}}}
  vertex: {{dialect: vertex-gemini, stand_in: {{latency: {{overhead_s: 0.01}}}}}}
route:
  gateway:
    order: [azure, vertex]
    dialect: openai-chat
    command: ["{python}", "{fake}", "{{port}}", --chatty, "--hint={hint}"]
    environment: {environment}
    ready: {{within_s: 20}}
    clients: 2
load:
  constant: {{rate_per_s: 20}}
  prompt_tokens: {{median: 40}}
  output_tokens: {{median: 5}}
  stream: false
phases: {{warm_up_s: 0, baseline_s: 3, fault_s: 3, recovery_s: 10, drain_s: 5}}
faults:
  - id: azure-down
    at: azure
    duration_s: 3
    inject: {{http_error: {{status: 500, message: {said}}}}}
  - id: vertex-down
    at: vertex
    duration_s: 3
    inject: {{http_error: {{status: 401, message: {said}}}}}
gates:
  - user_errors (fault) <= 5 %
"""


def test_planted_keys_appear_in_no_artefact(tmp_path: Path) -> None:
    said = json.dumps("; ".join(text.replace("\\n", " ") for text, _ in KINDS.values()))
    environment = {f"PLANTED_{n}_KEY": secret for n, (_, secret) in enumerate(KINDS.values())}
    path = tmp_path / "secrets.yaml"
    path.write_text(
        EXPERIMENT.format(
            python=sys.executable,
            fake=FAKE,
            hint=KINDS["openai"][0],
            environment=json.dumps(environment),
            said=said,
        )
    )
    run = Rehearsal(path, tmp_path / "out")
    try:
        assert run.end(60) in {3, 4}, run.said()
    finally:
        run.close()
    folder = run.folder()
    assert run.verdict()["attestation"]["azure-down"]["attempts"] > 0
    log = (folder / "log" / "gateway.log").read_text()
    assert log.count("PLANTED_0_KEY=") > 10
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".parquet"]
    texts = {file.name: file.read_text(errors="replace") for file in files}
    texts |= {file.name: _columns(file) for file in folder.rglob("*.parquet")}
    texts["output"] = run.said()
    assert any("spans" in str(file) for file in folder.rglob("*.parquet"))
    leaked = {
        (name, kind)
        for name, text in texts.items()
        for kind, (_, secret) in KINDS.items()
        if secret in text
    }
    assert leaked == set()
    assert "[redacted]" in texts["experiment.yaml"]


def _columns(file: Path) -> str:
    return str(duckdb.execute("SELECT * FROM read_parquet($file)", {"file": str(file)}).fetchall())
