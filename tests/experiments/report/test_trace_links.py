"""The worst exchanges link to their traces, where a Grafana is told, and nowhere else."""

from pathlib import Path

from experiments.report import write_reports
from experiments.report.trace_links import linked_list, trace_links
from telemetry.grafana.links import Explore
from tests.experiments.report.synthetic import Scene, run

LOST = run(Scene(breaker=False, vertex_fails=0.12))
EXPLORE = Explore("https://grafana.example")


def test_a_link_per_exchange_by_its_trace() -> None:
    worst = LOST.evidence.exchanges[:2]
    links = trace_links(worst, LOST.record, EXPLORE)
    assert set(links) == {one.trace_id for one in worst}
    assert all(trace in link for trace, link in links.items())


def test_nothing_links_without_a_grafana() -> None:
    assert trace_links(LOST.evidence.exchanges, LOST.record, None) == {}
    assert linked_list({}) == ""


def written(folder: Path, explore: Explore | None) -> tuple[str, str]:
    write_reports(
        folder, LOST.experiment, LOST.record, LOST.judgement, LOST.evidence, explore=explore
    )
    return (folder / "report.html").read_text(), (folder / "report.md").read_text()


def test_page_and_markdown_hold_the_links(tmp_path: Path) -> None:
    page, text = written(tmp_path, EXPLORE)
    assert page.count("trace in Grafana</a>") == page.count('class="waterfall"') > 0
    assert "](https://grafana.example/explore?schemaVersion=1&panes=" in text


def test_without_one_neither_has_any(tmp_path: Path) -> None:
    page, text = written(tmp_path, None)
    assert "Grafana" not in page + text
