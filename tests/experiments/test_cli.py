"""The command line: help, errors and exit codes. Runs themselves are in `tests/live`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments import cli
from experiments.cli import app, main
from experiments.reading.read import read_experiment
from experiments.reading.resolved import write_resolved
from telemetry.run_folder import RunFolder
from tests.experiments.files import GOOD, changed, write

COMMANDS = sorted(str(command.name) for command in app.registered_commands)
DOCS = Path(__file__).parents[2] / "docs" / "experiments.md"


def crosswind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, str]:
    """Run a command in this process; returns its exit code and what it printed."""
    monkeypatch.setattr(sys, "argv", ["crosswind", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, captured.out, captured.err


def test_the_commands_are_those_that_were_promised() -> None:
    assert COMMANDS == [
        "analyse", "ca", "clean", "compare", "exec", "export", "inject", "judge", "kill", "list",
        "plan", "preflight", "query", "report", "run", "runs", "schema", "serve", "stand-in",
        "validate", "view",
    ]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_itself(command: str) -> None:
    found = CliRunner().invoke(app, [command, "--help"])
    assert found.exit_code == 0
    assert f"Usage: crosswind {command}" in found.output
    assert "For example:" in found.output
    assert f"crosswind {command}" in found.output.partition("For example:")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_docs(command: str) -> None:
    assert f"crosswind {command}" in DOCS.read_text()


def test_help_says_each_command_in_one_line_that_is_not_cut() -> None:
    found = CliRunner().invoke(app, ["--help"])
    assert "..." not in found.output.partition("Commands:")[2]
    assert all(f"\n  {command} " in found.output for command in COMMANDS)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, experiments.cli\n"
        "heavy = {'locust', 'gevent', 'duckdb', 'uvloop', 'jinja2', 'opentelemetry', 'ruamel'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_does_not_import_the_command_line() -> None:
    code = "import sys, experiments, experiments.model; print('typer' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_installed_command_plans_the_catalogue() -> None:
    command = Path(sys.executable).with_name("crosswind")
    done = subprocess.run(
        [command, "plan", "azure-outage"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "failover_time <= 5 s" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_plan_that_cannot_be_decided_exits_4(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = crosswind(
        capsys, monkeypatch, "plan", "azure-outage", "--set", "faults.0.share=0", "--seed", "3"
    )
    assert code == 4
    assert "seed 3" in out
    assert "would reach nobody: its share is 0" in out


def test_a_plan_says_how_fast_a_trace_is_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"2023-11-16 18:{n // 60:02}:{n % 60:02},10,5\n" for n in range(1300))
    trace = write(tmp_path, "TIMESTAMP,ContextTokens,GeneratedTokens\n" + rows, "real.csv")
    _, out, _ = crosswind(capsys, monkeypatch, "plan", "azure-outage", "--trace", str(trace))
    assert "replayed at 20 x (chosen for 20 per second)" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["plan", "azure-outag"], "did you mean azure-outage?"),
        (["run", "azure-outage", "--set", "faults.0.sare=0"], "did you mean share?"),
        (["run", "azure-outage", "--trace", "gone.csv"], "--trace gone.csv: no such file"),
        (["serve", "gone.yaml"], "gone.yaml: no such file"),
        (["stand-in", "azure"], "no dialect is called azure"),
        (["list", "faulty"], "did you mean faults?"),
        (["judge", "gone"], "gone"),
        (["run"], "EXPERIMENT"),
        (["fly"], "fly"),
    ],
)
def test_wrong_usage_exits_2_with_a_word_and_no_traceback(
    words: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, _, err = crosswind(capsys, monkeypatch, *words)
    assert code == 2
    assert told in err
    assert "Traceback" not in err


def test_a_wrong_file_exits_2_with_every_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, changed("503", "99").replace("title:", "titel:"))
    code, _, err = crosswind(capsys, monkeypatch, "run", str(path))
    assert code == 2
    assert f"{path}:1: titel: unknown key" in err
    assert f"{path}:13: faults.0.inject.http_error.status: must be at least 400, got 99" in err


def test_a_folder_that_is_no_run_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("judge", "report", "export", "query"):
        code, _, err = crosswind(capsys, monkeypatch, command, str(tmp_path))
        assert (code, "no run folder, it has no experiment.yaml" in err) == (2, True)


def test_a_run_without_a_record_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = read_experiment(write(tmp_path))
    write_resolved(RunFolder(tmp_path), experiment, run_tag="0a1b2c3d")
    for command in ("judge", "report", "export", "query"):
        code, _, err = crosswind(capsys, monkeypatch, command, str(tmp_path))
        assert (code, "holds no record" in err) == (2, True)


def test_the_schema_is_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = crosswind(capsys, monkeypatch, "schema")
    assert code == 0
    assert json.loads(out)["title"] == "Crosswind experiment"


def test_a_list_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = crosswind(capsys, monkeypatch, "list", "faults")
    assert code == 0
    assert "http_error" in out
    assert "azure-openai" not in out


def test_validate_takes_several_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, GOOD)
    code, out, _ = crosswind(capsys, monkeypatch, "validate", "azure-hang", str(path))
    assert code == 0
    assert out.splitlines() == ["azure-hang: ok", f"{path}: ok"]


def test_killing_where_nothing_runs_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    code, out, _ = crosswind(capsys, monkeypatch, "kill")
    assert (code, out) == (0, "0 injectors asked; engaged until crosswind kill --release\n")


def test_a_crash_of_ours_exits_1_with_a_hint_and_no_traceback(tmp_path: Path) -> None:
    code = (
        "import sys, experiments.listing as listing\n"
        "def broken(kind): raise RuntimeError('a bug')\n"
        "listing.print_listing = broken\n"
        "sys.argv = ['crosswind', 'list']\n"
        "from experiments.cli import main\n"
        "main()"
    )

    def crash(**environment: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-c", code]
        env = {**os.environ, **environment}
        return subprocess.run(
            words, capture_output=True, text=True, check=False, env=env, cwd=tmp_path
        )

    quiet, loud = crash(), crash(**{cli.DEBUG_VARIABLE: "1"})
    assert (quiet.returncode, loud.returncode) == (1, 1)
    assert quiet.stderr == (
        "crosswind crashed: RuntimeError: a bug (CROSSWIND_DEBUG=1 shows where)\n"
    )
    assert "Traceback" in loud.stderr


def test_an_interrupt_before_a_command_begins_leaves_no_traceback() -> None:
    code = (
        "import sys, experiments.cli as cli\n"
        "def interrupted(): raise KeyboardInterrupt\n"
        "cli.app = interrupted\n"
        "cli.main()"
    )
    words = [sys.executable, "-c", code]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")


def test_a_replay_is_planned_at_the_speed_that_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--incident", "openai-2023-11-08-metastable", "--speed", "30")
    code, out, _ = crosswind(capsys, monkeypatch, "plan", *words)
    assert code == 0
    assert "115 minutes in 230 s; failing is azure" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run",), "nothing to rehearse"),
        (("plan", "--incident", "metastable"), "did you mean openai-2023-11-08-metastable?"),
        (("plan", "azure-outage", "--speed", "2"), "--speed goes with --incident"),
        (("plan", "--incident", "gcp", "--against", "x"), "name one"),
        (("run", "--incident", "correlated-two-providers", "--map", "a=azure"), "no role called a"),
        (("plan", "--incident", "correlated-two-providers", "--speed", "0"), "at most 1400"),
    ],
)
def test_wrong_wishes_for_a_replay_are_usage_errors(
    words: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, _, error = crosswind(capsys, monkeypatch, *words)
    assert (code, said in error) == (2, True), error
