"""An incident happens to an experiment: it is attested, in the endpoint's own words, and told."""

import json
from pathlib import Path

import duckdb
import pytest

from experiments.reading.resolved import read_resolved
from tests.live.rehearsals import Rehearsal, write_short

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

INCIDENT = "openai-2024-06-17-empty-200"
PASS_OR_FAIL = {0, 3}


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    folder = tmp_path_factory.mktemp("replay")
    words = ("--incident", INCIDENT, "--speed", "1000", "--map", "failing=azure")
    rehearsal = Rehearsal(write_short(folder), folder, *words)
    try:
        rehearsal.end()
    finally:
        rehearsal.close()
    return rehearsal


def test_it_ends_in_a_verdict(replay: Rehearsal) -> None:
    assert replay.process.returncode in PASS_OR_FAIL, replay.said()


def test_every_phase_touched_somebody_and_is_attested(replay: Rehearsal) -> None:
    attested = replay.verdict()["attestation"]
    assert attested.keys() == {"gateway-timeouts", "empty"}
    assert all(touched["attempts"] > 0 for touched in attested.values())


def test_users_were_refused_in_the_words_of_the_endpoint(replay: Rehearsal) -> None:
    rows = duckdb.execute(
        "SELECT DISTINCT status, error FROM "
        f"'{replay.folder()}/spans/attempts.parquet' WHERE endpoint = 'azure' AND status >= 400"
    ).fetchall()
    ((status, words),) = rows
    assert status == 504
    assert "DEADLINE_EXCEEDED" not in words, "that would be the other cloud's word"


def test_what_was_too_short_is_told_before_and_after(replay: Rehearsal) -> None:
    early = replay.said().partition("run folder:")[0]
    late = json.dumps(replay.verdict()["notes"])
    for told in (early, late, (replay.folder() / "report.html").read_text()):
        assert "too short to observe at this speed: gateway-timeouts (minutes 0 to 70)" in told


def test_the_copy_in_the_run_folder_says_what_it_replayed(replay: Rehearsal) -> None:
    copy = read_resolved(Path(replay.folder()) / "experiment.yaml")
    assert copy.incident is not None
    assert (copy.name, copy.incident.id, copy.incident.speed) == (INCIDENT, INCIDENT, 1000)
    assert copy.incident.roles == {"failing": "azure", "fallback": "vertex"}
    assert copy.route.timeouts.first_token_s == 2
