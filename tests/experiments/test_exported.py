"""Sending a finished run to an OpenTelemetry backend."""

from pathlib import Path

import pytest

from experiments.exported import described, export_run, served_by_endpoint
from experiments.reading.problems import UsageError
from experiments.reading.read import read_experiment
from experiments.reading.resolved import write_resolved
from providers.request_log import Line, RequestLog
from telemetry.run_folder import RunFolder
from tests.experiments.files import write


def test_endpoints_are_named_by_provider_and_model(tmp_path: Path) -> None:
    served = served_by_endpoint(read_experiment(write(tmp_path)))
    assert served["azure"].provider == "azure.ai.openai"
    assert served["azure"].model == "gpt-4o"
    assert served["vertex"].model


def test_a_run_without_a_record_is_told_so(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path))
    write_resolved(RunFolder(tmp_path), experiment, run_tag="0a1b2c3d")
    with pytest.raises(UsageError, match="holds no record"):
        export_run(tmp_path)


def test_what_the_record_does_not_say_comes_from_the_experiment_and_the_stand_ins(
    tmp_path: Path,
) -> None:
    experiment = read_experiment(write(tmp_path))
    log = RequestLog(tmp_path / "stand-in" / "azure.jsonl")
    for trace_id in ("ab" * 16, None):
        log.add(
            Line(
                at_ns=1,
                end_ns=2,
                trace_id=trace_id,
                span_id="cd" * 8,
                status=200,
                prompt_tokens=3,
                tokens=4,
                ended="complete",
            )
        )
    log.close()
    found = described(RunFolder(tmp_path), experiment)
    assert found.title == experiment.title
    assert {fault.id for fault in experiment.faults} == set(found.injected)
    assert found.injected["outage"].kind == "http_error"
    assert found.injected["outage"].parameters == '{"status":503}'
    assert list(found.requests) == [("ab" * 16, "cd" * 8)]
    assert found.requests["ab" * 16, "cd" * 8].tokens == 4
