"""A plan as it is printed."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from experiments.model import Replayed
from experiments.plan import plan_of
from experiments.planned import announce, print_plan, remarks
from experiments.reading.read import read_experiment
from tests.experiments.files import GOOD, write

CONSTANT = GOOD.replace("poisson", "constant")


def test_a_plan_tells_phases_endpoints_windows_and_gates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_plan(plan_of(read_experiment(write(tmp_path, CONSTANT))))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "fault 20 40 400" in lines
    assert "1. azure azure-openai stand-in 127.0.0.1:0" in lines
    assert "outage http_error azure 20 40 1 400 400" in lines
    assert "failover_time <= 5 s 20 400" in lines


def test_what_cannot_be_decided_is_told_before_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CONSTANT.replace("duration_s: 20", "duration_s: 20, share: 0")
    experiment = read_experiment(write(tmp_path, text))
    announce(plan_of(experiment))
    out = capsys.readouterr().out
    assert "seed 1; constant arrivals, 20 per second; 1200 exchanges" in out
    assert "cannot be decided: fault outage would reach nobody: its share is 0" in out
    assert all(remark in out for remark in remarks(plan_of(experiment)))


def test_what_a_replay_cannot_show_is_told_before_a_run(tmp_path: Path) -> None:
    replay = Replayed(id="one", speed=60, notes=("too short to observe: rising",))
    experiment = replace(read_experiment(write(tmp_path)), incident=replay)
    assert next(iter(remarks(plan_of(experiment)))) == "too short to observe: rising"
