"""The examples for continuous integration: YAML that their services take, commands that there are.

Neither service is here, so what is checked is the shape that each of them documents, that every
`crosswind` line is one that our own command line takes, and that its experiment can be read.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from ruamel.yaml import YAML

from experiments.cli import app
from experiments.find import find_experiment
from experiments.reading.overrides import Overrides, read_overridden

CI = Path(__file__).parents[1] / "examples" / "ci"
GITHUB, GITLAB = CI / "github-actions.yml", CI / "gitlab-ci.yml"
GROUP: Any = typer.main.get_command(app)


def read(path: Path) -> dict[str, Any]:
    found = YAML(typ="safe", pure=True).load(path.read_text())
    assert isinstance(found, dict)
    return found


def scripts(path: Path) -> Iterator[str]:
    """Yield every shell line of an example."""
    file = read(path)
    if path == GITHUB:
        for job in file["jobs"].values():
            for step in job["steps"]:
                yield from step.get("run", "").splitlines()
    else:
        for job in file.values():
            if isinstance(job, dict):
                yield from [*job.get("before_script", []), *job.get("script", [])]


def commands(path: Path) -> list[list[str]]:
    """Return the words of every `crosswind` line, without what follows `||`."""
    lines = [line for line in scripts(path) if line.startswith("crosswind ")]
    return [shlex.split(line.partition("||")[0])[1:] for line in lines]


EVERY = [(path.name, words) for path in (GITHUB, GITLAB) for words in commands(path)]


def parsed(words: list[str]) -> click.Context:
    """Let our own command line read a command, without running it; raises on what it would not."""
    command = GROUP.commands[words[0]]
    return command.make_context(words[0], list(words[1:]))  # type: ignore[no-any-return]


def test_both_examples_show_how_to_run_and_to_compare() -> None:
    for path in (GITHUB, GITLAB):
        assert {words[0] for words in commands(path)} == {"validate", "run", "compare"}


@pytest.mark.parametrize(("example", "words"), EVERY)
def test_every_command_is_one_that_the_command_line_takes(example: str, words: list[str]) -> None:
    assert parsed(words).command.name == words[0], example


def test_the_check_would_notice_an_option_that_there_is_not() -> None:
    with pytest.raises(Exception, match="No such option"):
        parsed(["run", "azure-outage", "--repeat-it", "5"])


@pytest.mark.parametrize(("example", "words"), [e for e in EVERY if e[1][0] == "run"])
def test_every_experiment_can_be_read_as_it_is_changed_there(
    example: str, words: list[str]
) -> None:
    told = parsed(words).params
    overrides = Overrides(sets=tuple(told["sets"] or ()), seed=told["seed"])
    assert read_overridden(find_experiment(told["experiment"]), overrides).gates, example


def test_the_sides_that_are_compared_are_those_that_were_run_with_the_same_five_seeds() -> None:
    for path in (GITHUB, GITLAB):
        runs = [parsed(words).params for words in commands(path) if words[0] == "run"]
        repeated = [told for told in runs if told["repeat"] > 1]
        (compared,) = [parsed(words).params for words in commands(path) if words[0] == "compare"]
        assert [str(told["out"]) for told in repeated] == [compared["base"], compared["new"]]
        assert [(told["seed"], told["repeat"]) for told in repeated] == [(1, 5), (1, 5)]


def test_the_workflow_has_what_github_asks_of_one() -> None:
    workflow = read(GITHUB)
    assert {"name", "on", "permissions", "jobs"} == set(workflow)
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        assert all(("uses" in step) != ("run" in step) for step in job["steps"])
        assert any(step.get("if") == "always()" for step in job["steps"])


def test_the_pipeline_has_what_gitlab_asks_of_one() -> None:
    pipeline = read(GITLAB)
    jobs = {name: job for name, job in pipeline.items() if name not in {"stages", ".crosswind"}}
    assert {job["stage"] for job in jobs.values()} == set(pipeline["stages"])
    assert all(job["extends"] in pipeline and job["script"] for job in jobs.values())
    assert jobs["rehearse"]["artifacts"]["reports"]["junit"] == "runs/*/junit.xml"
