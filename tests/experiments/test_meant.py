"""Before a run it is known whether the load asks what a fault means."""

from pathlib import Path

import pytest

from experiments.meant import unmet
from experiments.plan import plan_of
from experiments.reading.read import read_experiment
from tests.experiments.files import GOOD, write


def why(folder: Path, match: str) -> str:
    text = GOOD.replace("duration_s: 20", f"duration_s: 20, match: {match}")
    experiment = read_experiment(write(folder, text))
    found = unmet(experiment.faults[0], experiment)
    told = plan_of(experiment).undecidable
    assert any("would reach nobody" in line for line in told) is bool(found)
    return found


@pytest.mark.parametrize(
    "match",
    [
        "{path: '*/chat/completions', method: POST, stream: true}",
        "{header: {x-tier: gold}}",
        "{prompt: canary, new_connections: true}",
    ],
)
def test_what_the_load_asks_may_be_meant(tmp_path: Path, match: str) -> None:
    assert why(tmp_path, match) == ""


@pytest.mark.parametrize(
    ("match", "told"),
    [
        ("{model: o1}", "azure is asked for model "),
        ("{stream: false, prompt: x}", "azure is asked for stream true"),
        ("{method: GET}", "azure is asked for method POST"),
        ("{path: '/embeddings'}", "/chat/completions"),
    ],
)
def test_what_it_does_not_ask_is_told(tmp_path: Path, match: str, told: str) -> None:
    assert told in why(tmp_path, match)


@pytest.mark.parametrize(
    ("match", "told"),
    [
        ("{model: llama, stream: true}", ""),
        ("{path: '*/ModelStreamInfer'}", ""),
        ("{model: bert}", "azure is asked for model llama"),
        ("{stream: false}", "azure is asked for stream true"),
    ],
)
def test_calls_over_grpc_are_foreseen_as_well(tmp_path: Path, match: str, told: str) -> None:
    text = GOOD.replace("duration_s: 20", f"duration_s: 20, match: {match}").replace(
        "dialect: azure-openai", "dialect: {open-inference: {model: llama}}"
    )
    experiment = read_experiment(write(tmp_path, text))
    assert unmet(experiment.faults[0], experiment) == told
