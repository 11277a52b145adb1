"""Panels stand from left to right, and below where a line is full."""

from telemetry.dashboards.panel import Row, laid_out
from telemetry.dashboards.panels import Lines
from telemetry.dashboards.query import Query


def panel(width: int, height: int = 8) -> Lines:
    return Lines(
        title=f"{width}", says="It.", queries=[Query(text="up")], width=width, height=height
    )


def test_a_line_holds_as_many_as_fit() -> None:
    placed = laid_out([Row("first", [panel(12), panel(12, 4), panel(6)]), Row("next", [panel(24)])])
    at = [tuple(one["gridPos"][key] for key in "xywh") for one in placed]
    assert at == [
        (0, 0, 24, 1),
        (0, 1, 12, 8),
        (12, 1, 12, 4),
        (0, 9, 6, 8),
        (0, 17, 24, 1),
        (0, 18, 24, 8),
    ]


def test_every_one_has_an_id_and_its_queries_letters() -> None:
    two = Lines(title="two", says="It.", queries=[Query(text="a"), Query(text="b")])
    (_, made) = laid_out([Row("row", [two])])
    assert made["id"] == 2
    assert [target["refId"] for target in made["targets"]] == ["A", "B"]
    assert {target["interval"] for target in made["targets"]} == {"1s"}
