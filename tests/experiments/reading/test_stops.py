"""Stop conditions are of one kind each, and live runs have some unasked."""

import pytest
from msgspec.structs import replace

from experiments.model import Stop
from experiments.reading.document import parse_document
from experiments.reading.problems import ExperimentError
from experiments.reading.read import experiment_of
from experiments.reading.stops import metric_stops, stops_of
from tests.experiments.files import GOOD
from tests.experiments.scenario import experiment


def read(stop: str) -> tuple[Stop, ...]:
    return experiment_of(parse_document(f"{GOOD}stop: [{stop}]\n", "drill.yaml")).stop


def test_each_kind_is_read() -> None:
    stops = read(
        "{metric: user_errors, above: 20}, {http: 'http://127.0.0.1:1/health'}, "
        "{prometheus: 'http://127.0.0.1:9090', query: up, above: 1}"
    )
    (metric,) = metric_stops(stops)
    assert (metric.metric, metric.above, metric.over_s, metric.min_samples) == (
        "user_errors",
        20,
        10,
        20,
    )


@pytest.mark.parametrize(
    ("stop", "word"),
    [
        ("{above: 1}", "write one of metric, prometheus and http; it has none"),
        ("{metric: user_errors, http: 'http://x', above: 1}", "metric and http"),
        ("{metric: user_errors}", "missing: what the value must not be above"),
        ("{metric: user_erors, above: 1}", "user_errors"),
        ("{metric: failover_time, above: 1}", "cannot be looked at"),
        ("{metric: native_errors, endpoint: azuer, above: 1}", "azure"),
        ("{prometheus: 'http://x', above: 1}", "missing: what Prometheus is asked"),
        ("{http: 'ftp://x'}", "expected http://"),
    ],
)
def test_what_is_wrong_with_one_is_told(stop: str, word: str) -> None:
    with pytest.raises(ExperimentError, match=word):
        read(stop)


def test_a_live_run_that_names_none_has_its_own() -> None:
    assert stops_of(experiment(), live=False) == ()
    live = stops_of(experiment(), live=True)
    assert [(stop.metric, stop.endpoint) for stop in live] == [
        ("user_errors", ""),
        ("native_errors", "vertex"),
    ]
    own = (Stop(metric="stuck", above=1),)
    assert stops_of(replace(experiment(), stop=own), live=True) == own
