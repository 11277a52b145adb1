import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from experiments.view.opened import Opened
from experiments.view.routes import OWN, REPORT, answer
from telemetry.run_folder import RunFolder


def test_the_page_and_its_files_are_there_and_keep_to_themselves(opened: Opened) -> None:
    for path in ("/", "/style.css", "/main.js", "/list.js", "/plots.js", "/icon.svg"):
        said = answer(opened, path)
        assert said.status == 200
        assert said.policy == OWN
    assert "unsafe" not in OWN


def test_the_report_brings_its_style_and_no_script(opened: Opened, tmp_path: Path) -> None:
    said = answer(opened, "/report.html")
    assert (said.status, said.policy) == (200, REPORT)
    bare = replace(opened, folder=RunFolder(tmp_path))
    assert answer(bare, "/report.html").status == 404


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("/api/exchanges?limit=9999", 400, "limit"),
        ("/api/exchanges?sort=size", 400, "sort is one of"),
        ("/api/exchange?x=99999999", 400, "no exchange 99999999"),
        ("/api/exchange?x=", 400, "no exchange"),
        ("/api/exchange?x=1&width=7", 400, "width"),
        ("/api/place", 400, "x"),
        ("/api/timeline?start=never", 400, "start"),
        ("/experiment.yaml", 404, "nothing here"),
        ("/../server.py", 404, "nothing here"),
        ("/%2e%2e/server.py", 404, "nothing here"),
        ("/view.css", 404, "nothing here"),
        ("/" + "a" * 5000, 414, "too long"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    opened: Opened, target: str, status: int, words: str
) -> None:
    said = answer(opened, target)
    assert said.status == status
    assert words in json.loads(said.body)["error"]


def test_an_exchange_is_found_by_its_number_and_by_its_trace(opened: Opened) -> None:
    trace = opened.by_number[12].trace_id
    by_number = json.loads(answer(opened, "/api/exchange?x=12").body)
    assert json.loads(answer(opened, f"/api/exchange?x={trace}").body) == by_number
    assert by_number["exchange"] == 12


def test_the_list_its_places_and_the_timeline_are_json(opened: Opened) -> None:
    rows = json.loads(answer(opened, "/api/exchanges?moved=yes&limit=5").body)
    assert len(rows["rows"]) == 5
    number = rows["rows"][3]["exchange"]
    assert json.loads(answer(opened, f"/api/place?moved=yes&x={number}").body) == {"place": 3}
    assert "<svg" in json.loads(answer(opened, "/api/timeline").body)["charts"]["traffic"]
