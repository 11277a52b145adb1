"""A real LiteLLM under test: the same outage, two configurations, two verdicts, balanced accounts.

Needs `litellm` on the PATH (examples/gateways/litellm.txt, in an environment of its own);
`python -m bench.gateways` measures all five outages at their full length.
"""

import shutil
from collections.abc import Iterator

import pytest

from bench.accounts import asked_and_logged, joined
from tests.live.rehearsals import GATEWAYS, Rehearsal

pytestmark = [
    pytest.mark.live,
    pytest.mark.peer,
    pytest.mark.timeout(240),
    pytest.mark.skipif(shutil.which("litellm") is None, reason="needs litellm on the PATH"),
]

FILES = {path.stem.removeprefix("gateway-litellm-"): path for path in GATEWAYS}
BRIEF = {
    "load.poisson.rate_per_s": "6",
    "phases.warm_up_s": "3",
    "phases.baseline_s": "15",
    "phases.fault_s": "12",
    "phases.recovery_s": "19",
    "faults.0.duration_s": "12",
}
Runs = dict[str, Rehearsal]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    out = tmp_path_factory.mktemp("litellm")
    changes = [word for path, value in BRIEF.items() for word in ("--set", f"{path}={value}")]
    started = {name: Rehearsal(path, out / name, *changes) for name, path in FILES.items()}
    try:
        for rehearsal in started.values():
            rehearsal.end(200)
        yield started
    finally:
        for rehearsal in started.values():
            rehearsal.close()


@pytest.mark.parametrize(("name", "code"), [("untuned", 3), ("tuned", 0)])
def test_the_configuration_decides_the_verdict(name: str, code: int, runs: Runs) -> None:
    assert runs[name].process.returncode == code, runs[name].said()


def test_untuned_nobody_gets_an_error_and_everybody_waits(runs: Runs) -> None:
    findings = runs["untuned"].verdict()["findings"]
    told = {finding["gate"].split()[0]: finding["verdict"] for finding in findings}
    assert told == {"time_to_first_token": "fail", "user_errors": "pass", "amplification": "fail"}


@pytest.mark.parametrize("name", FILES)
def test_every_attempt_that_was_sent_stands_on_a_stand_ins_log(name: str, runs: Runs) -> None:
    for endpoint in ("azure", "vertex"):
        asked, logged = asked_and_logged(runs[name].folder(), endpoint)
        assert asked == logged > 0, endpoint


@pytest.mark.parametrize("name", FILES)
def test_every_exchange_is_joined_without_the_gateways_tracing(name: str, runs: Runs) -> None:
    found, every = joined(runs[name].folder())
    assert found == every > 200
