"""`plan`, `validate` and a refused `run`; runs themselves are in `tests/live`."""

import json
import socket
from pathlib import Path

import pytest

from tests.experiments.commands.asking import Crosswind
from tests.experiments.files import GOOD, changed, write

FEW = GOOD.replace("rate_per_s: 20", "rate_per_s: 2")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, where anything that a command leaves behind would show."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_plan_that_can_be_decided_exits_0_and_touches_nothing(
    tmp_path: Path, here: Path, crosswind: Crosswind
) -> None:
    said = crosswind("plan", write(tmp_path))
    assert (said.code, said.err) == (0, "")
    assert "failover_time <= 5 s" in said.out
    assert list(here.iterdir()) == []


def test_a_plan_of_too_few_exchanges_exits_4_and_says_which_gate(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    said = crosswind("plan", write(tmp_path, FEW))
    assert said.code == 4
    assert "cannot be decided: user_errors (fault) <= 1 %" in said.out


def test_the_same_seed_plans_the_same_and_another_does_not(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    path = write(tmp_path)
    first, again, other = (crosswind("plan", path, "--seed", seed) for seed in (7, 7, 8))
    assert first == again
    assert "seed 7" in first.out
    assert first.out != other.out.replace("seed 8", "seed 7")


def test_the_last_of_several_sets_counts(tmp_path: Path, crosswind: Crosswind) -> None:
    sets = [word for rate in (3, 20) for word in ("--set", f"load.poisson.rate_per_s={rate}")]
    path = write(tmp_path)
    assert crosswind("plan", path, *sets) == crosswind("plan", path)


def test_what_is_set_is_planned_as_if_the_file_said_it(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    few = crosswind("plan", write(tmp_path, FEW))
    assert crosswind("plan", write(tmp_path), "--set", "load.poisson.rate_per_s=2") == few


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize("seed", ["-1", "1.5", "many"])
def test_a_seed_is_a_whole_number_from_0(
    command: str, seed: str, tmp_path: Path, crosswind: Crosswind
) -> None:
    said = crosswind(command, write(tmp_path), "--seed", seed)
    assert said.code == 2
    assert "--seed" in said.err


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([GOOD], 0),
        ([GOOD, FEW], 4),
        ([FEW, changed("title:", "titel:"), GOOD], 2),
    ],
)
def test_validating_exits_with_the_worst_of_all_files(
    texts: list[str], code: int, tmp_path: Path, crosswind: Crosswind
) -> None:
    paths = [write(tmp_path, text, f"{number}.yaml") for number, text in enumerate(texts)]
    assert crosswind("validate", *paths).code == code


def test_validating_nothing_is_wrong_usage(crosswind: Crosswind) -> None:
    assert crosswind("validate").code == 2


def test_a_run_whose_port_is_taken_leaves_no_folder(
    tmp_path: Path, here: Path, crosswind: Crosswind
) -> None:
    path = write(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = crosswind("run", path, "--set", f"endpoints.azure.listen={address}")
    assert said.code == 2
    assert f"endpoints.azure.listen: {address}" in said.err
    assert list(here.iterdir()) == []


def test_a_run_folder_that_cannot_be_made_is_wrong_usage(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    out = tmp_path / "taken"
    out.write_text("a file")
    said = crosswind("run", write(tmp_path), "--out", out)
    assert said.code == 2
    assert f"--out {out}: no run folder can be made there: Not a directory" in said.err


def test_a_plan_tells_which_requests_would_be_hit(tmp_path: Path, crosswind: Crosswind) -> None:
    file = tmp_path / "requests.jsonl"
    asked = [{"endpoint": "azure", "at_s": at_s, "exchange": 1} for at_s in (1, 25)]
    file.write_text("\n".join(map(json.dumps, asked)))
    told = crosswind("plan", "azure-outage", "--against", file, "--format", "csv")
    assert told.code == 0
    assert told.out.splitlines() == [
        "line,endpoint,at_s,exchange,faults",
        "1,azure,1.0,1,",
        "2,azure,25.0,1,outage",
    ]
    assert crosswind("plan", "azure-outage", "--against", tmp_path / "no").code == 2
