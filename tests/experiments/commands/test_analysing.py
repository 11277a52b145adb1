"""`analyse` as a person types it."""

import json
from pathlib import Path

import pytest

from telemetry.foreign.span import Span
from tests.experiments.analysing.incident import incident
from tests.experiments.commands.asking import Crosswind
from tests.telemetry.foreign.made import span


def otlp(spans: list[Span]) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [_plain(s) for s in spans]}]}]})


def _plain(made: Span) -> dict[str, object]:
    return {
        "traceId": made.trace_id,
        "spanId": made.span_id,
        "kind": 3,
        "startTimeUnixNano": str(made.start_ns),
        "endTimeUnixNano": str(made.end_ns),
        "status": {"code": 2 if made.status == "ERROR" else 0},
        "attributes": [{"key": k, "value": _value(v)} for k, v in made.attributes.items()],
    }


def _value(said: object) -> dict[str, object]:
    if isinstance(said, list):
        return {"arrayValue": {"values": [_value(one) for one in said]}}
    return {"doubleValue" if isinstance(said, float) else "stringValue": said}


@pytest.fixture(name="traces")
def incident_traces(tmp_path: Path) -> Path:
    (tmp_path / "traces.jsonl").write_text(otlp(incident()) + "\n")
    return tmp_path / "traces.jsonl"


def test_a_verdict_its_code_and_its_reports(
    traces: Path, tmp_path: Path, crosswind: Crosswind
) -> None:
    out = tmp_path / "out"
    said = crosswind(
        "analyse", "--from", "otlp-json", traces, "--gate", "failover_time <= 5 s", "--out", out,
        "--endpoint", "azure=azure.ai.openai", "--window", "azure +10 +20",
    )  # fmt: skip
    assert said.code == 0, said
    assert "PASS (exit 0)" in said.out
    files = {path.name for path in out.iterdir()}
    assert files == {"verdict.json", "report.html", "report.md", "junit.xml"}
    page = (out / "report.html").read_text()
    assert "failover in recorded traces" in page
    assert "as the injector recorded" not in page


def test_an_inferred_window_is_called_so_wherever_it_stands(
    traces: Path, tmp_path: Path, crosswind: Crosswind
) -> None:
    said = crosswind("analyse", "--from", "otlp-json", traces, "--out", tmp_path / "out")
    assert said.code == 4
    assert "Windows (inferred)" in said.out
    assert "no gate was given" in said.out
    for name in ("report.html", "report.md", "verdict.json"):
        assert "inferred from the error share" in (tmp_path / "out" / name).read_text(), name


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--gate", "failover_tim <= 5 s"), "did you mean failover_time"),
        (("--window", "azur +1 +2"), "no endpoint is called azur"),
        (("--gates", "azure-outag"), "did you mean azure-outage"),
    ],
)
def test_what_cannot_be_done_is_wrong_usage(
    words: tuple[str, ...], why: str, traces: Path, crosswind: Crosswind
) -> None:
    said = crosswind("analyse", "--from", "otlp-json", traces, *words)
    assert said.code == 2
    assert why in said.err


def test_a_file_without_a_call_to_a_model_is_told(tmp_path: Path, crosswind: Crosswind) -> None:
    (tmp_path / "t.jsonl").write_text(otlp([span(1, 0, 1)]))
    said = crosswind("analyse", "--from", "otlp-json", tmp_path / "t.jsonl")
    assert said.code == 2
    assert "no call to a model in 1 spans" in said.err
    said = crosswind("analyse", "--from", "tempo", "nowhere")
    assert (said.code, "expected an http" in said.err) == (2, True)
