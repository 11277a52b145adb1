import pytest

from experiments.report import series
from experiments.view.bins import BINS, bins_of, lanes, latency, traffic
from experiments.view.opened import Opened
from telemetry.stats import percentile


def test_bins_are_round_cover_the_stretch_and_are_not_many(opened: Opened) -> None:
    for start_s, end_s in ((0.0, 60.7), (20.013, 20.4), (12.0, 47.5)):
        bins = bins_of(opened, start_s, end_s)
        assert bins.from_s <= start_s
        assert bins.left_s(bins.count) >= end_s - 1e-6
        assert bins.count <= BINS + 2


def test_the_whole_run_is_what_the_report_counts(opened: Opened) -> None:
    evidence = opened.seen.evidence
    bins = series.Bins(evidence.start_ns, 1.0, 62)
    expected = series.traffic(evidence, bins)
    found = traffic(opened, bins)
    assert (found.served, found.failed) == (expected.served, expected.failed)
    reported = series.lanes(opened.seen.record, evidence, bins, opened.end_s)
    assert lanes(opened, bins) == reported


def test_a_stretch_holds_its_own_exchanges_alone(opened: Opened) -> None:
    bins = bins_of(opened, 20.0, 25.0)
    start_ns = opened.seen.evidence.start_ns
    inside = [
        e for e in opened.seen.evidence.exchanges if 20 <= (e.planned_ns - start_ns) / 1e9 < 25
    ]
    assert sum(traffic(opened, bins).total) == len(inside)


def test_percentiles_are_the_verdicts_and_in_order(opened: Opened) -> None:
    told = latency(opened, 0.0, 20.0)
    evidence = opened.seen.evidence
    pool = [
        e.time_to_first_token_s for e in evidence.exchanges if told.bins.index(e.planned_ns) == 2
    ]
    assert told.p95[2] == percentile(pool, 95)
    for p50, p95, p99 in zip(told.p50, told.p95, told.p99, strict=True):
        assert p50 is not None
        assert p95 is not None
        assert p99 is not None
        assert p50 <= p95 <= p99


def test_where_nothing_is_there_is_no_percentile(opened: Opened) -> None:
    told = latency(opened, 60.55, 60.56)
    assert told.p50 == (None,)
    assert told.dots == ()


@pytest.mark.parametrize("width_s", [0.05, 5.0, 50.0])
def test_a_bin_starts_at_a_multiple_of_its_width(opened: Opened, width_s: float) -> None:
    bins = bins_of(opened, 7.0, 7.0 + width_s)
    assert bins.from_s / bins.width_s == pytest.approx(round(bins.from_s / bins.width_s))
