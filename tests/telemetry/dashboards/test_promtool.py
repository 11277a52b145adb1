"""Prometheus' own tool reads every expression, and works out the key ones over a known outage.

Every 5 s 100 exchanges end. For a minute all are azure's; then azure refuses every one of them,
vertex answers 95 and 5 fail. vertex allows 1200 requests a minute.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from telemetry import names
from telemetry.dashboards.promql import RUN as RUN_LABEL
from telemetry.dashboards.series_names import label, metric
from tests.telemetry.dashboards.expressions import RUN, asked, promql

PROMTOOL = shutil.which("promtool")
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(PROMTOOL is None, reason="needs promtool on the PATH (Debian: prometheus)"),
]

STEADY_THEN_STILL = "0+100x12 1200x11"
LATE = "_x13 "
GAME_DAY = "game-day"


def said(name: str, attributes: dict[str, str], part: str = "") -> str:
    """Return a series as a test file names it."""
    labels = {RUN_LABEL: RUN, **{label(key): value for key, value in attributes.items()}}
    return labelled(metric(name) + (f"_{part}" if part else ""), labels)


def labelled(name: str, labels: dict[str, str]) -> str:
    return f"{name}{{{', '.join(f'{key}={json.dumps(value)}' for key, value in labels.items())}}}"


def exchange(outcome: str, served_by: str, phase: str) -> str:
    of = {names.EXCHANGE_OUTCOME: outcome, names.PHASE: phase}
    return said(names.EXCHANGES, of | ({names.EXCHANGE_SERVED_BY: served_by} if served_by else {}))


def attempt(endpoint: str, outcome: str, resend: str, fault: str = "") -> str:
    of = {names.ENDPOINT: endpoint, names.ATTEMPT_OUTCOME: outcome, names.RESEND: resend}
    return said(names.ATTEMPTS, of | ({names.FAULT_ID: fault} if fault else {}))


def delay(le: str) -> str:
    inside = said(names.FAILOVER_DELAY, {names.EXCHANGE_SERVED_BY: "vertex"}, "bucket")
    return inside.replace("}", f', le="{le}"}}')


SERIES = {
    exchange("ok", "azure", "baseline"): STEADY_THEN_STILL,
    exchange("ok", "vertex", "fault"): LATE + "95+95x11",
    exchange("server_error", "", "fault"): LATE + "5+5x11",
    attempt("azure", "ok", "false"): STEADY_THEN_STILL,
    attempt("azure", "server_error", "false", "outage"): LATE + "100+100x11",
    attempt("vertex", "ok", "true"): LATE + "95+95x11",
    attempt("vertex", "rate_limited", "true"): LATE + "5+5x11",
    said(names.QUOTA_REQUESTS, {names.ENDPOINT: "vertex"}): "1200x24",
    delay("0.32"): LATE + "50+50x11",
    delay("0.64"): LATE + "95+95x11",
    delay("+Inf"): LATE + "95+95x11",
    said(names.FAULT_ACTIVE, {names.FAULT_ID: "outage", names.ENDPOINT: "azure"}): "0x12 1x11",
}

OF_RUN = {RUN_LABEL: RUN}


def by(attribute: str, **values: float) -> dict[str, float]:
    """Return samples by an attribute's value."""
    return {
        labelled("", OF_RUN | {label(attribute): name}): value for name, value in values.items()
    }


def alone(value: float) -> dict[str, float]:
    return {labelled("", OF_RUN): value}


CASES: list[tuple[str, int, str, dict[str, float]]] = [
    # At 70 s the window reaches back to 55 s: 100 of azure's, then two intervals of the outage.
    # What a counter was born with counts: 190 of vertex's, where `increase` would see 95.
    (
        "Traffic share by serving provider",
        0,
        "70s",
        by(names.EXCHANGE_SERVED_BY, azure=100 / 300, vertex=190 / 300, nobody=10 / 300),
    ),
    (
        "Traffic share by serving provider",
        0,
        "2m",
        by(names.EXCHANGE_SERVED_BY, azure=0, vertex=0.95, nobody=0.05),
    ),
    ("Availability", 0, "50s", alone(1.0)),
    ("Availability", 0, "2m", alone(0.95)),
    ("Availability in the fault phase", 0, "2m", alone(0.95)),
    ("Availability so far", 0, "2m", alone((1200 + 1140) / 2400)),
    ("Attempts per exchange so far", 0, "2m", alone((1200 + 1200 + 1140 + 60) / 2400)),
    ("Attempts per exchange", 0, "2m", by(names.ENDPOINT, azure=1, vertex=1)),
    ("Requests, of the quota", 0, "2m", by(names.ENDPOINT, vertex=1.0)),
    ("Errors of an endpoint's own", 0, "2m", by(names.ENDPOINT, azure=0, vertex=0.05)),
    ("Sent again", 0, "2m", alone(300 / 15)),
    ("Failover delay, p95", 0, "2m", alone(0.32 + 0.32 * (0.95 * 1140 - 600) / 540)),
    ("Failover delay", 1, "2m", alone(0.32 + 0.32 * (0.95 * 285 - 150) / 135)),
    ("Faults active", 0, "50s", alone(0)),
    ("Faults active", 0, "2m", alone(1)),
]


def run_tests(folder: Path, cases: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    """Let promtool judge; its files are YAML, which JSON is."""
    series = [{"series": name, "values": values} for name, values in SERIES.items()]
    test = {"interval": "5s", "input_series": series, "promql_expr_test": cases}
    file = folder / "tests.json"
    file.write_text(json.dumps({"evaluation_interval": "5s", "tests": [test]}))
    return subprocess.run(
        [str(PROMTOOL), "test", "rules", str(file)], capture_output=True, text=True, check=False
    )


def case(text: str, at: str, expected: dict[str, float]) -> dict[str, Any]:
    # Rounded, since the tool compares floating-point numbers to the last digit.
    samples = [{"labels": key, "value": round(value, 6)} for key, value in expected.items()]
    return {"expr": f"round({text}, 0.000001)", "eval_time": at, "exp_samples": samples}


def test_every_expression_is_one_that_prometheus_reads(tmp_path: Path) -> None:
    rules = [
        {"record": f"{one.board.replace('-', '_')}:{number}", "expr": one.text}
        for number, one in enumerate(asked("promql"))
    ]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"groups": [{"name": "dashboards", "rules": rules}]}))
    done = subprocess.run(
        [str(PROMTOOL), "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout


@pytest.mark.parametrize(("panel", "ref", "at", "expected"), CASES)
def test_a_panel_says_what_happened(
    panel: str, ref: int, at: str, expected: dict[str, float], tmp_path: Path
) -> None:
    done = run_tests(tmp_path, [case(promql(GAME_DAY, panel, ref), at, expected)])
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_expectation_would_be_told(tmp_path: Path) -> None:
    done = run_tests(tmp_path, [case(promql(GAME_DAY, "Availability"), "2m", alone(0.96))])
    assert done.returncode != 0
