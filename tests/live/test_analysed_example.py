"""Traces that another SDK wrote, with times that are known: the figures are exactly those.

`examples/analyse/outage.py` uses the OpenTelemetry SDK and the GenAI names, and nothing of ours.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.live.rehearsals import CROSSWIND

pytestmark = pytest.mark.live

SCRIPT = Path(__file__).parents[2] / "examples" / "analyse" / "outage.py"
EXAMPLE_BETWEEN_S = (1_767_225_600, 1_767_225_680)
GATES = ("failover_time <= 5 s", "failover_delay max <= 2 s", "user_errors (fault) <= 1 %")
Analyse = Callable[..., tuple[int, dict[str, Any]]]


def written(folder: Path) -> Path:
    """Let the example write its traces, in a process of its own."""
    subprocess.run([sys.executable, str(SCRIPT), "t.jsonl"], cwd=folder, check=True, timeout=60)
    return folder / "t.jsonl"


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("outage", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("traces"))


def analysed(traces: Path, *words: str, gates: tuple[str, ...] = GATES) -> tuple[int, Any]:
    out = traces.parent / "out"
    claims = [word for gate in gates for word in ("--gate", gate)]
    done = subprocess.run(
        [CROSSWIND, "analyse", "--from", "otlp-json", str(traces), *claims, *words, "--out", out],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (out / "report.html").exists(), done.stdout + done.stderr
    return done.returncode, json.loads((out / "verdict.json").read_text())


def known_failover_s(end_ms: int) -> float:
    """Return the failover time by its definition, from what the example says that it did."""
    made = [r for r in example().requests() if r.at_ms < end_ms]
    hit_ms = next(r.at_ms for r in made if r.refused)
    inside = [r for r in made if r.at_ms >= hit_ms]
    for index, request in enumerate(inside):
        rest = inside[index:]
        if len(rest) >= 20 and 100 * sum(r.asked for r in rest) <= 5 * len(rest):
            return float((request.at_ms - hit_ms) / 1000)
    raise AssertionError("it never failed over")


def test_with_the_window_given_the_failover_time_is_exactly_the_known_one(traces: Path) -> None:
    code, verdict = analysed(traces, "--window", "azure.ai.openai +20 +40")
    assert (code, verdict["verdict"]) == (0, "PASS")
    (window,) = verdict["windows"]
    assert (window["start_s"], window["end_s"], window["inferred"]) == (20.0, 40.0, False)
    figures = verdict["metrics"]
    assert figures["failover_time"]["outage"]["value"] == known_failover_s(40_000)
    assert figures["failover_time"]["outage"]["inferred"] is True
    assert figures["failover_delay"]["outage"]["value"] == 0.16
    assert figures["detection_time"]["outage"]["value"] == 0.01


def test_without_it_the_window_is_inferred_within_a_second(traces: Path) -> None:
    code, verdict = analysed(traces)
    assert code == 0
    (window,) = verdict["windows"]
    assert window["inferred"] is True
    assert abs(window["start_s"] - 20) <= 1
    assert abs(window["end_s"] - 40) <= 1
    known = known_failover_s(round(window["end_s"] * 1000))
    assert verdict["metrics"]["failover_time"]["outage"]["value"] == known
    assert any("inferred from the error share" in note for note in verdict["notes"])


def test_a_gate_that_the_traces_do_not_hold_fails(traces: Path) -> None:
    code, verdict = analysed(traces, gates=("failover_time <= 0.5 s",))
    assert (code, verdict["verdict"]) == (3, "FAIL")


def test_a_gate_that_would_flip_with_the_windows_edge_is_unknown(traces: Path) -> None:
    # The end is known to 0.66 s, and counts from there.
    _, verdict = analysed(traces)
    seen = verdict["metrics"]["failback_time"]["outage"]["value"]
    code, verdict = analysed(traces, gates=(f"failback_time <= {seen + 0.1:.2f} s",))
    assert (code, verdict["findings"][0]["verdict"]) == (4, "unknown")
    assert "not known well enough" in verdict["findings"][0]["reason"]


def test_without_a_gate_nothing_is_claimed(traces: Path) -> None:
    code, verdict = analysed(traces, gates=())
    assert (code, verdict["verdict"]) == (4, "INCONCLUSIVE")
    assert verdict["metrics"]["failover_time"]["outage"]["value"] is not None
