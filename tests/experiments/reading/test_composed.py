"""Compositions in a file: plain faults in the experiment, complaints at their entry's place."""

import pytest

from experiments.model import Experiment
from experiments.reading.document import parse_document
from experiments.reading.problems import ExperimentError
from experiments.reading.read import experiment_of
from experiments.reading.resolved import resolved_yaml
from experiments.reading.shape import RunShape
from faults.selection.match import Match

FILE = """\
title: t
endpoints:
  azure: {dialect: azure-openai, stand_in: {}}
  vertex: {dialect: vertex-gemini, stand_in: {}}
route: {client: {order: [azure, vertex]}}
load: {constant: {rate_per_s: 20}}
phases: {fault_s: 30, recovery_s: 30}
faults:
  - {id: plain, at: azure, duration_s: 1, inject: blackhole}
  - {id: it, ENTRY}
gates: [user_errors <= 50 %]
"""


def read(entry: str) -> Experiment:
    return experiment_of(parse_document(FILE.replace("ENTRY", entry), "file.yaml"))


def complaints(entry: str) -> list[str]:
    with pytest.raises(ExperimentError) as caught:
        read(entry)
    assert {problem.line for problem in caught.value.problems} == {10}
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


def test_each_stage_is_a_group_of_plain_faults() -> None:
    experiment = read("at: azure, start_s: 4, duration_s: 20, compose: {recovery: {how: mix}}")
    told = [(one.id, one.group, one.start_s, one.duration_s) for one in experiment.faults[1:]]
    assert told == [
        ("it-down-1", "it-down", 4.0, 10.0),
        ("it-down-2", "it-down", 4.0, 10.0),
        ("it-down-3", "it-down", 4.0, 10.0),
        ("it-tail", "it-tail", 14.0, 10.0),
    ]
    assert [one.may_miss for one in experiment.faults] == [False, False, False, False, True]


def test_what_an_entry_says_of_all_is_said_of_each() -> None:
    experiment = read(
        "at: [azure, vertex], duration_s: 9, compose: both_clouds_down, draw: exchange, "
        "may_miss: true"
    )
    (fault,) = experiment.faults[1:]
    assert (fault.id, fault.at, fault.draw, fault.may_miss) == (
        "it",
        ("azure", "vertex"),
        "exchange",
        True,
    )


def test_a_run_folder_says_plain_faults_and_reads_back() -> None:
    experiment = read("at: azure, duration_s: 20, compose: {flap: {down_s: 3, up_s: 3}}")
    run = RunShape(run_tag="0a1b2c3d", run_id="r", name="file", file="file.yaml")
    text = resolved_yaml(experiment, run)
    assert "compose" not in text
    assert experiment_of(parse_document(text, "experiment.yaml")) == experiment


def test_who_is_meant_is_said_by_the_entry_or_by_the_composition() -> None:
    experiment = read("at: azure, duration_s: 9, compose: recovery, match: {method: POST}")
    assert {fault.match and fault.match.method for fault in experiment.faults[1:]} == {"POST"}
    experiment = read("at: azure, duration_s: 9, compose: {model_outage: {model: m}}")
    assert [fault.match and fault.match.model for fault in experiment.faults[1:]] == ["m"]
    both = "at: azure, duration_s: 9, compose: {model_outage: {model: m}}, match: {method: POST}"
    assert complaints(both) == [
        "faults.1.match: partial_model_outage says this itself: leave it out"
    ]


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("at: azure, duration_s: 9", "faults.1.inject: missing"),
        (
            "at: azure, duration_s: 9, inject: blackhole, compose: recovery",
            "faults.1.compose: beside inject: one of the two",
        ),
        (
            "at: azure, duration_s: 9, share: 0.5, compose: recovery",
            "faults.1.share: a composition says this itself: leave it out",
        ),
        (
            "at: azure, duration_s: 9, compose: both_clouds_down",
            "faults.1.at: both_clouds_down is about 2 endpoints at least",
        ),
        (
            "at: azure, duration_s: 9, compose: {rate_limit_storm: {fallback: vertx}}",
            "faults.1.compose: no endpoint is called vertx",
        ),
        (
            "at: azure, duration_s: 9, compose: {rate_limit_storm: {fallback: azure}}",
            "faults.1.compose: azure is where it begins: rate_limit_storm needs another endpoint",
        ),
        (
            "at: azure, duration_s: 9, compose: {flapping: {down_s: 0}}",
            "faults.1.compose.flapping.down_s: ",
        ),
        (
            "at: azure, duration_s: 9, compose: recover",
            "faults.1.compose: no composition is called",
        ),
        ("at: nowhere, duration_s: 9, compose: recovery", "faults.1.at: "),
        ("at: azure, duration_s: 99, compose: recovery", "faults.1.duration_s: ends 99 s into"),
        (
            "at: azure, duration_s: 9, compose: {provider_outage: {how: refused, share: 0.5}}",
            "faults.1.share: connect_refused acts on the whole listener",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(entry: str, complaint: str) -> None:
    (told,) = complaints(entry)
    assert told.startswith(complaint), told


def test_what_is_asked_of_requests_is_asked_by_each_fault() -> None:
    said = (
        "match: {provider: azure*, stream: true}, duration_s: 20, compose: {recovery: {how: mix}}"
    )
    faults = read(said).faults[1:]
    assert {one.at for one in faults} == {("azure",)}
    assert all(one.match == Match(stream=True) for one in faults)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("first_n: 3, compose: {recovery: {how: mix}}", "faults.1.first_n: each fault"),
        (
            "match: {stream: true}, compose: {recovery: {how: refused}}",
            "faults.1.match: connect_refused acts on the whole listener",
        ),
    ],
)
def test_a_composition_chooses_only_as_each_of_its_faults_can(said: str, complaint: str) -> None:
    (told,) = complaints(f"at: azure, duration_s: 20, {said}")
    assert told.startswith(complaint)
