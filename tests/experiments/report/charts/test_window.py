import math
import re

import msgspec
import pytest

from experiments.report.charts.window import describe, window_chart
from experiments.report.windows import WindowStory, stories
from tests.experiments.report.synthetic import run

RUN = run()
(STORY,) = stories(RUN.experiment, RUN.judgement, RUN.evidence)


def with_failover(value: float | None) -> WindowStory:
    times = tuple(
        msgspec.structs.replace(time, value=value, reason="too few exchanges")
        if time.metric == "failover_time"
        else time
        for time in STORY.times
    )
    return msgspec.structs.replace(STORY, times=times)


def test_a_bar_is_as_long_as_its_time() -> None:
    drawn = str(window_chart(with_failover(10.0), 61.0, "w"))
    wide = drawn[: drawn.index("</svg>")]
    fault = re.search(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*window-bar', wide)
    failover = re.search(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*time-bar holds', wide)
    assert fault is not None
    assert failover is not None
    assert float(failover.group(2)) == pytest.approx(float(fault.group(2)) / 2, abs=0.2)


def test_what_never_happened_is_an_open_bar_to_the_end_of_observation() -> None:
    drawn = window_chart(with_failover(math.inf), 61.0, "w")
    assert "never-bar" in drawn
    assert ">never<" in drawn


def test_what_is_unknown_has_a_reason_and_no_bar() -> None:
    known, unknown = (str(window_chart(with_failover(v), 61.0, "w")) for v in (1.0, None))
    assert unknown.count("time-bar") == known.count("time-bar") - 3
    assert "unknown: too few exchanges" in unknown


def test_a_window_that_reached_nobody_is_drawn_from_its_start() -> None:
    missed = msgspec.structs.replace(STORY, first_hit_s=None, times=())
    assert "hit-mark" not in window_chart(missed, 61.0, "w")


def test_a_time_is_described_with_what_it_rests_on() -> None:
    time = STORY.time("detection_time")
    assert time is not None
    assert describe(time).startswith("first hit to first attempt elsewhere; ")
    assert "24 samples" in describe(time)
