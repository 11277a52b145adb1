"""Guard rails before live endpoints, tried on loopback upstreams that are taken for live."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.rehearsals import CROSSWIND, Rehearsal

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]

EXPERIMENT = """\
title: Live endpoints, or what is taken for them
endpoints:
  azure:
    dialect: azure-openai
    base_url: {azure}
    price: {{prompt_per_million: 2.5, output_per_million: 10}}
  vertex:
    dialect: vertex-gemini
    base_url: {vertex}
    price: {{prompt_per_million: 2.5, output_per_million: 10}}
route:
  client: {{order: [vertex, azure], clients: 2, breaker: {{cooldown_s: 1}}}}
load:
  constant: {{rate_per_s: 20}}
  prompt_tokens: {{median: 40}}
  output_tokens: {{median: 5}}
phases: {{warm_up_s: 0, baseline_s: 4, fault_s: 3, recovery_s: 11, drain_s: 5}}
faults:
  - {{id: outage, at: vertex, duration_s: 3, inject: {{http_error: {{status: 503}}}}}}
gates:
  - user_errors (fault) <= 5 %
"""
LIVE = ("--treat-as-live", "--allow-live")


class Upstreams:
    """Two stand-ins on ports of their own, as if they were somebody's."""

    def __init__(self) -> None:
        self._started = [
            subprocess.Popen(
                [CROSSWIND, "stand-in", dialect, *settings],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for dialect, settings in (
                ("azure-openai", ()),
                ("vertex-gemini", ()),
                ("azure-openai", ("--set", "stand_in.requests_per_minute=900")),
            )
        ]
        self.azure, self.vertex, self.small = map(self._url, self._started)

    @staticmethod
    def _url(process: "subprocess.Popen[str]") -> str:
        assert process.stdout is not None
        return process.stdout.readline().split(" at ")[1].strip()

    def close(self) -> None:
        for process in self._started:
            process.terminate()
            process.communicate()


@pytest.fixture(scope="module")
def upstreams() -> Iterator[Upstreams]:
    started = Upstreams()
    yield started
    started.close()


def experiment(folder: Path, azure: str, vertex: str) -> Path:
    path = folder / "live.yaml"
    path.write_text(EXPERIMENT.format(azure=azure, vertex=vertex))
    return path


def rehearse(folder: Path, upstreams: Upstreams, *arguments: str) -> Rehearsal:
    run = Rehearsal(
        experiment(folder, upstreams.azure, upstreams.vertex), folder, *LIVE, *arguments
    )
    try:
        run.end(60)
    finally:
        run.close()
    return run


def test_nothing_is_sent_away_without_being_allowed(tmp_path: Path) -> None:
    # TEST-NET-1 (RFC 5737): nobody is there, and nothing is tried.
    path = experiment(tmp_path, "https://192.0.2.1", "http://127.0.0.1:9")
    for command in ("run", "preflight"):
        done = subprocess.run(
            [CROSSWIND, command, str(path)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 2
        assert "azure: not on this machine, so live" in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("words", [("exec",), ("serve",)])
def test_no_command_of_ones_own_is_let_there_either(words: tuple[str, ...], tmp_path: Path) -> None:
    path = experiment(tmp_path, "https://192.0.2.1", "http://127.0.0.1:9")
    behind = ("--", "touch", str(tmp_path / "started")) if words == ("exec",) else ()
    done = told(tmp_path, *words, str(path), *behind)
    assert done.returncode == 2
    assert "azure: not on this machine, so live" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["live.yaml"]


def test_a_command_at_live_endpoints_needs_a_limit_and_is_held_to_it(
    tmp_path: Path, upstreams: Upstreams
) -> None:
    path = experiment(tmp_path, upstreams.azure, upstreams.vertex)
    unlimited = told(tmp_path, "exec", *LIVE, str(path), "--", "true")
    assert unlimited.returncode == 2
    assert "say --max-requests or --max-spend" in unlimited.stderr
    ask = (
        "import os, time, urllib.request as u; u.urlopen(os.environ['CROSSWIND_AZURE_URL'], b'{}')"
    )
    done = told(
        tmp_path, "exec", *LIVE, "--max-requests", "2", str(path), "--", sys.executable, "-c", ask
    )
    assert done.returncode == 5, done.stdout + done.stderr
    assert "max_requests 2 reached" in done.stdout


def told(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [CROSSWIND, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )


def test_live_without_a_limit_is_wrong_usage(tmp_path: Path, upstreams: Upstreams) -> None:
    run = rehearse(tmp_path, upstreams)
    assert run.process.returncode == 2
    assert "say --max-requests 720 or --max-spend" in run.said()


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        (("--max-requests", "60"), "max_requests 60 reached"),
        (("--max-spend", "0.02"), "max_spend 0.02 reached"),
        (("--max-requests", "900", "--max-attempts-per-s", "5"), "max_attempts_per_s 5.0 reached"),
    ],
)
def test_a_limit_aborts_the_run_within_a_second_and_says_which(
    tmp_path: Path, upstreams: Upstreams, limit: tuple[str, ...], reason: str
) -> None:
    run = rehearse(tmp_path, upstreams, *limit)
    assert run.process.returncode == 5, run.said()
    assert reason in run.verdict()["aborted"]
    spend = run.verdict()["spend"]
    assert 0 < spend["spent"] <= (spend["max_spend"] or 1)
    assert 0 < spend["requests"] <= (spend["max_requests"] or 900)
    assert f"note: spent {spend['spent']:.4g}" in run.said()


def test_a_fallback_that_is_dead_or_short_of_quota_ends_it_before_the_load(
    tmp_path: Path, upstreams: Upstreams
) -> None:
    (tmp_path / "dead").mkdir()
    (tmp_path / "short").mkdir()
    dead = experiment(tmp_path / "dead", "http://127.0.0.1:9", upstreams.vertex)
    run = Rehearsal(dead, tmp_path / "dead", *LIVE, "--max-requests", "900")
    assert run.end(30) == 4
    assert "azure: no answer:" in run.said()
    small = experiment(tmp_path / "short", upstreams.small, upstreams.vertex)
    short = Rehearsal(small, tmp_path / "short", *LIVE, "--max-requests", "900")
    assert short.end(30) == 4
    assert "azure: " in short.said()
    assert "requests are left this minute, the peak needs 1200" in short.said()


def test_preflight_tells_what_is_left_and_what_it_may_cost(
    tmp_path: Path, upstreams: Upstreams
) -> None:
    path = experiment(tmp_path, upstreams.small, upstreams.vertex)
    done = subprocess.run(
        [CROSSWIND, "preflight", str(path), *LIVE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "not ready: azure: " in done.stdout
    assert "answers through its proxy" in done.stdout
    assert "not told" in done.stdout
