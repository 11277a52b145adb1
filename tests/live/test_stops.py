"""A stop condition ends a run under way, and the verdict says which."""

from pathlib import Path

import pytest

from tests.live.rehearsals import Rehearsal, write_short

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]


def test_a_metric_and_a_check_each_abort_their_run(tmp_path: Path) -> None:
    short = write_short(tmp_path)
    both = "faults.0.at=[azure, vertex]"
    errors = "stop=[{metric: user_errors, above: 30, over_s: 3, min_samples: 20}]"
    nobody = "stop=[{http: 'http://127.0.0.1:9/health', failures: 2}]"
    runs = [
        Rehearsal(short, tmp_path / "metric", "--set", both, "--set", errors),
        Rehearsal(short, tmp_path / "check", "--set", nobody),
    ]
    try:
        codes = [run.end(40) for run in runs]
    finally:
        for run in runs:
            run.close()
    assert codes == [5, 5], [run.said() for run in runs]
    metric, check = (run.verdict() for run in runs)
    assert metric["aborted"].startswith("stop condition: user_errors ")
    assert "127.0.0.1:9/health cannot be asked" in check["aborted"]
    assert metric["verdict"] == check["verdict"] == "ABORTED"
