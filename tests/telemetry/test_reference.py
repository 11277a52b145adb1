from pathlib import Path

from telemetry.reference import reference
from telemetry.run_folder import RunFolder

PAGE = Path(__file__).parents[2] / "docs" / "telemetry.md"


def test_the_page_lists_every_name_and_column_as_they_are() -> None:
    assert PAGE.read_text().endswith(reference())


def test_the_page_names_every_part_of_a_run_folder() -> None:
    folder = RunFolder(Path("run"))
    page = PAGE.read_text()
    parts = [
        folder.experiment,
        folder.spool,
        folder.spans,
        folder.config,
        folder.log,
        folder.stand_in,
        folder.verdict,
        folder.report_html,
        folder.report_md,
        folder.junit,
    ]
    assert all(f"`{part.name}" in page for part in parts)
