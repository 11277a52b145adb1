"""The view on a terminal that is written into memory; on a real one in `tests/live`."""

import io

import pytest
from rich.console import Console

from experiments.running.live_view import LiveView, fits, watching
from experiments.running.watcher import Moment, PlainLines
from tests.experiments.running.test_live_frame import NEWS
from tests.experiments.scenario import experiment

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


def console(width: int = 80, height: int = 30) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, height=height)


def written(paper: Console) -> str:
    assert isinstance(paper.file, io.StringIO)
    return paper.file.getvalue()


def look(elapsed_s: float) -> Moment:
    return Moment(elapsed_s=elapsed_s, phase="fault", progress=NEWS)


def test_lines_stay_and_the_view_is_drawn_below_them() -> None:
    paper = console()
    with LiveView(experiment(), paper) as view:
        view.said("[bold]as it is[/bold]")
        view.progressed(look(27.0))
        view.said("sealing the record")
    told = written(paper)
    assert told.startswith("[bold]as it is[/bold]\n")
    assert told.index("27 of 60 s") < told.index("sealing the record")
    assert "ended after" in told.partition("sealing the record")[2]


def test_looks_come_often_and_are_drawn_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.running.live_view.DRAW_EVERY_S", 3600.0)
    paper = console()
    with LiveView(experiment(), paper) as view:
        for elapsed_s in range(20, 30):
            view.progressed(look(float(elapsed_s)))
        assert written(paper).count("served by") == 1
    assert "ended after 29 s" in written(paper)


def test_the_cursor_is_left_where_it_is_seen_all_the_time() -> None:
    paper = console()
    with LiveView(experiment(), paper) as view:
        view.progressed(look(27.0))
        assert written(paper).rindex(SHOW) > written(paper).rindex(HIDE)
    assert written(paper).rindex(SHOW) > written(paper).rindex(HIDE)


def _crash_in(watched: LiveView) -> None:
    with watched as view:
        view.progressed(look(27.0))
        raise RuntimeError("a crash")


def test_a_crash_ends_the_view_too() -> None:
    paper = console()
    with pytest.raises(RuntimeError, match="a crash"):
        _crash_in(LiveView(experiment(), paper))
    assert written(paper).endswith("\n" + SHOW)


def test_a_run_that_never_began_shows_no_view() -> None:
    paper = console()
    with LiveView(experiment(), paper) as view:
        view.said("preflight failed")
    assert written(paper) == "preflight failed\n"


@pytest.mark.parametrize(
    ("width", "height", "fitting"),
    [(80, 30, True), (60, 24, True), (200, 24, True), (59, 50, False), (80, 12, False)],
)
def test_a_small_terminal_gets_lines(width: int, height: int, fitting: bool) -> None:  # noqa: FBT001
    assert fits(experiment(), console(width, height)) is fitting


@pytest.mark.parametrize("plain", [True, False])
def test_without_a_terminal_there_are_lines(
    plain: bool,  # noqa: FBT001
    capsys: pytest.CaptureFixture[str],
) -> None:
    with watching(experiment(), plain=plain) as watcher:
        watcher.said("a line")
    assert isinstance(watcher, PlainLines)
    assert capsys.readouterr().out == "a line\n"
