from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from experiments.report.frame import (
    SIZES,
    Axis,
    Canvas,
    Mark,
    Stretch,
    band_rows,
    lanes_of,
    mark_rows,
    marks_of,
    picture,
    time_axis,
)
from experiments.report.svg import rect, text_width
from experiments.report.windows import stories
from tests.experiments.report.reading import parsed
from tests.experiments.report.synthetic import Scene, run

SPANS = st.lists(st.tuples(st.floats(0, 900), st.floats(1, 200)), max_size=30)


@given(SPANS)
def test_no_two_labels_of_a_lane_overlap(starts: list[tuple[float, float]]) -> None:
    spans = [(left, left + width) for left, width in sorted(starts)]
    lanes = lanes_of(spans)
    for lane in set(lanes):
        mine = [span for span, at in zip(spans, lanes, strict=True) if at == lane]
        assert all(a[1] <= b[0] for a, b in pairwise(mine))


def test_a_picture_is_drawn_once_per_screen_and_each_says_what_it_shows() -> None:
    drawn = picture("k", "Title & more", "What it shows", lambda _size: (10.0, [rect(0, 0, 1, 1)]))
    roots = list(parsed(f"<all>{drawn}</all>"))
    assert [root.get("class") for root in roots] == ["chart wide", "chart medium", "chart narrow"]
    assert {root.findtext("title") for root in roots} == {"Title & more"}
    assert {root.findtext("desc") for root in roots} == {"What it shows"}
    assert len({root[0].get("id") for root in roots}) == 3


def test_marks_at_the_same_moment_get_rows_of_their_own() -> None:
    axis = Axis(60.0, marks=(Mark(20.0, "first hit"), Mark(20.4, "failover 0.4 s")))
    for size in SIZES:
        height, _ = mark_rows(Canvas(axis, size), 0.0)
        assert height == 30.0


def test_a_mark_beyond_the_run_is_not_drawn() -> None:
    height, drawn = mark_rows(Canvas(Axis(60.0, marks=(Mark(float("inf"), "never"),)), SIZES[0]), 0)
    assert (height, drawn) == (0.0, "")


def test_a_band_whose_name_has_no_room_shows_its_short_name() -> None:
    band = Stretch("outage: http_error (status 503) at azure", 20.0, 40.0, "outage")
    axis = Axis(60.0, bands=(band,))
    wide, narrow = (band_rows(Canvas(axis, size), 0.0)[1] for size in (SIZES[0], SIZES[2]))
    assert "http_error" in wide
    assert ">outage<" in narrow


def test_bands_that_overlap_stand_in_rows() -> None:
    axis = Axis(60.0, bands=(Stretch("a", 0, 30), Stretch("b", 20, 40), Stretch("c", 45, 50)))
    assert band_rows(Canvas(axis, SIZES[0]), 0.0)[0] == 40.0


def test_time_labels_never_touch() -> None:
    for end_s in (1.0, 61.0, 333.0, 7200.0, 90_000.0):
        for size in SIZES:
            root = parsed(time_axis(Canvas(Axis(end_s), size), 0.0))
            labels = [(float(t.get("x", 0)), t.text or "") for t in root.iter("text")]
            ends = [(x - text_width(t) / 2, x + text_width(t) / 2) for x, t in labels]
            assert all(a[1] <= b[0] for a, b in pairwise(ends)), (end_s, size)


def test_marks_are_what_happened_and_only_that() -> None:
    kept = run()
    words = [m.words for m in marks_of(stories(kept.experiment, kept.judgement, kept.evidence))]
    assert words[0] == "first hit"
    assert any(word.startswith("failback") for word in words)
    lost = run(Scene(breaker=False))
    marks = marks_of(stories(lost.experiment, lost.judgement, lost.evidence))
    assert [m.words for m in marks if m.at_s == float("inf")] == ["failover never"]


def test_an_axis_may_start_later_and_be_drawn_in_one_size() -> None:
    axis = Axis(30.0, start_s=20.0, sizes=(SIZES[0],))
    canvas = Canvas(axis, SIZES[0])
    assert canvas.x.at(20.0) == SIZES[0].left
    ticks = [tick.text for tick in parsed(str(time_axis(canvas, 10.0))).iter("text")]
    assert (ticks[0], ticks[-1]) == ("20 s", "30 s")
    drawn = picture("k", "T", "d", lambda _size: (10.0, [rect(0, 0, 1, 1)]), axis.sizes)
    assert drawn.count("<svg") == 1
