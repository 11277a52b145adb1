"""A run's faults and phases stand in a Grafana once, and what it refuses is told in words."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.annotated import tell_grafana
from experiments.reading.problems import UsageError
from telemetry.grafana.annotations import Annotation
from telemetry.grafana.api import Access, Told, tell
from telemetry.grafana.links import GrafanaError
from tests.live.fake_grafana import FakeGrafana, fake_grafana
from tests.live.rehearsals import CROSSWIND, Rehearsal

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

TOKEN = "glsa_0123456789abcdef0123456789abcdef"
RUN = "20261127T082956Z-outage-0a1b2c3d"
FAULT = Annotation(time=1, timeEnd=2, tags=("crosswind", f"run:{RUN}", "fault"), text="it broke")
OTHER = Annotation(time=1, timeEnd=2, tags=("crosswind", "run:other", "fault"), text="another")


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    with fake_grafana(TOKEN) as server:
        yield server


def test_what_was_told_is_there_and_not_told_again(grafana: FakeGrafana) -> None:
    access = Access(grafana.url, TOKEN)
    assert tell(access, "other", [OTHER]) == Told(added=1, known=0)
    assert tell(access, RUN, [FAULT]) == Told(added=1, known=0)
    assert tell(access, RUN, [FAULT]) == Told(added=0, known=1)
    mine = grafana.found([f"run:{RUN}"], 10)
    assert mine == [
        {
            "id": 2,
            "dashboardUID": "",
            "time": 1,
            "timeEnd": 2,
            "tags": ["crosswind", f"run:{RUN}", "fault"],
            "text": "it broke",
        }
    ]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not accept GRAFANA_TOKEN"),
        (403, "may not write annotations"),
        (404, "no Grafana API there"),
        (302, "sends elsewhere"),
        (503, "refuses (503"),
    ],
)
def test_a_refusal_is_told_in_words_without_the_token(
    status: int, said: str, grafana: FakeGrafana
) -> None:
    grafana.refuse = status
    with pytest.raises(GrafanaError) as refused:
        tell(Access(grafana.url, TOKEN), RUN, [FAULT])
    assert said in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert grafana.asked == ["GET /api/annotations"], "nobody followed, nobody asked again"


def test_a_wrong_token_is_no_access(grafana: FakeGrafana) -> None:
    with pytest.raises(GrafanaError, match="401"):
        tell(Access(grafana.url, "wrong"), RUN, [FAULT])


def test_nobody_there_is_told() -> None:
    with fake_grafana(TOKEN) as gone:
        url = gone.url
    with pytest.raises(GrafanaError, match="cannot be reached"):
        tell(Access(url, TOKEN), RUN, [FAULT])


def test_a_finished_runs_phases_and_windows_are_told(
    catalogue_runs: dict[str, Rehearsal], grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = catalogue_runs["azure-outage"].folder()
    monkeypatch.setenv("GRAFANA_URL", grafana.url)
    monkeypatch.setenv("GRAFANA_TOKEN", TOKEN)
    told = tell_grafana(folder)
    assert told == Told(added=len(grafana.annotations), known=0)
    assert tell_grafana(folder) == Told(added=0, known=len(grafana.annotations))
    (window,) = grafana.found([f"run:{folder.name}", "fault:outage"], 10)
    assert window["text"].startswith('outage: http_error {"status":503')
    assert 19_000 < window["timeEnd"] - window["time"] < 21_000
    phases = [one["text"] for one in grafana.found(["phase"], 10)]
    assert phases == ["phase warm up", "phase baseline", "phase fault", "phase recovery"]
    monkeypatch.setenv("GRAFANA_URL", "grafana")
    with pytest.raises(UsageError, match="no http or https URL"):
        tell_grafana(folder)
    monkeypatch.delenv("GRAFANA_TOKEN")
    assert tell_grafana(folder) is None


def run_command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **more}
    return subprocess.run(
        [CROSSWIND, *words], capture_output=True, text=True, check=False, env=env, timeout=60
    )


def test_export_tells_grafana_too_and_fails_where_it_will_not_listen(
    catalogue_runs: dict[str, Rehearsal], grafana: FakeGrafana
) -> None:
    folder = str(catalogue_runs["azure-outage"].folder())
    backend = {"OTEL_EXPORTER_OTLP_ENDPOINT": grafana.url, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    access = {"GRAFANA_URL": grafana.url, "GRAFANA_TOKEN": TOKEN}
    grafana.refuse = 403
    done = run_command("export", folder, **backend, **access)
    assert done.returncode == 1
    assert "no annotations" in done.stderr
    assert "may not write annotations" in done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_report_links_its_traces_to_grafana(
    catalogue_runs: dict[str, Rehearsal], tmp_path: Path
) -> None:
    source = catalogue_runs["azure-outage"].folder()
    folder = tmp_path / source.name
    subprocess.run(["cp", "-r", str(source), str(folder)], check=True)
    done = run_command("report", str(folder), "--grafana", "https://grafana.example")
    assert done.returncode == 0, done.stderr
    assert "https://grafana.example/explore?schemaVersion=1" in (folder / "report.html").read_text()
    wrong = run_command("report", str(folder), GRAFANA_URL="javascript:alert(1)")
    assert wrong.returncode == 2
    assert "no http or https URL" in wrong.stderr
