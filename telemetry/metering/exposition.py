"""A reading in Prometheus's own terms: families, samples and labels by their classic names; pure.

Names are those that Prometheus itself makes of OTLP's, so that a dashboard finds a run's series
whichever way they came.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

import msgspec

from telemetry.dashboards import series_names
from telemetry.metering.point import Exemplar, Measured, Number, Reading, Spread

TOTAL = "_total"


class Sample(NamedTuple):
    """One sample by its whole name."""

    name: str
    labels: Mapping[str, str]
    value: float
    exemplar: Exemplar | None = None


class SampleFamily(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of one metric; as in OpenMetrics a counter's `name` lacks its `_total`."""

    name: str
    type: str
    doc: str
    samples: tuple[Sample, ...]


def families(reading: Reading) -> tuple[SampleFamily, ...]:
    """Return a reading as families of samples."""
    return tuple(map(_family, reading.metrics))


def number(value: float) -> str:
    """Return a bucket's bound as Prometheus writes it."""
    return "+Inf" if math.isinf(value) else repr(float(value))


def _family(metric: Measured) -> SampleFamily:
    whole = series_names.translated(metric.name, metric.instrument, metric.unit)
    return SampleFamily(
        name=whole.removesuffix(TOTAL) if metric.instrument == "counter" else whole,
        type=metric.instrument,
        doc=metric.doc,
        samples=tuple(sample for point in metric.points for sample in _samples(whole, point)),
    )


def _samples(whole: str, point: Number | Spread) -> Iterator[Sample]:
    labels = {series_names.as_label(name): _text(value) for name, value in point.attributes}
    if isinstance(point, Number):
        yield Sample(whole, labels, point.value, point.exemplar)
        return
    bounds = (*point.bounds, math.inf)
    for index, count in enumerate(accumulate(point.counts)):
        own = {**labels, "le": number(bounds[index])}
        yield Sample(f"{whole}_bucket", own, count, point.exemplars.get(index))
    yield Sample(f"{whole}_count", labels, point.count)
    yield Sample(f"{whole}_sum", labels, point.total)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
