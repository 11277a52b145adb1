"""What a stop condition may get wrong, what it becomes, and which ones a live run has unasked."""

from collections.abc import Sequence

from experiments.model import Experiment, Stop
from experiments.reading.nearest import nearest
from experiments.reading.problems import Complaints, Path
from experiments.reading.shape import FileShape
from telemetry.stops import MetricStop, stoppable

LIVE_USER_ERRORS_PERCENT = 50.0
LIVE_NATIVE_ERRORS_PERCENT = 25.0


def check_stops(shape: FileShape, complaints: Complaints) -> None:
    """Let each condition be of one kind, and of something that can be looked at."""
    for index, stop in enumerate(shape.stop):
        if stop is not None:
            _check(stop, ("stop", index), shape, complaints)


def _check(stop: Stop, path: Path, shape: FileShape, complaints: Complaints) -> None:
    kinds = [kind for kind in ("metric", "prometheus", "http") if getattr(stop, kind)]
    if len(kinds) != 1:
        said = " and ".join(kinds) or "none"
        complaints.add(path, f"write one of metric, prometheus and http; it has {said}")
        return
    if kinds[0] != "http" and stop.above is None:
        complaints.add((*path, "above"), "missing: what the value must not be above")
    if stop.prometheus and not stop.query:
        complaints.add((*path, "query"), "missing: what Prometheus is asked")
    for key in ("prometheus", "http"):
        url = getattr(stop, key)
        if url and not url.startswith(("http://", "https://")):
            complaints.add((*path, key), f"expected http://... or https://..., got {url!r}")
    if stop.metric and stop.metric not in stoppable():
        message = f"{stop.metric} cannot be looked at over a stretch of a run under way"
        complaints.add((*path, "metric"), message, nearest(stop.metric, stoppable()))
    if stop.endpoint and stop.endpoint not in shape.endpoints:
        message = f"no endpoint is called {stop.endpoint}"
        complaints.add((*path, "endpoint"), message, nearest(stop.endpoint, shape.endpoints))


def metric_stops(stops: Sequence[Stop]) -> tuple[MetricStop, ...]:
    """Return the conditions that the store looks at."""
    return tuple(
        MetricStop(
            metric=stop.metric,
            above=stop.above,
            endpoint=stop.endpoint,
            over_s=stop.over_s,
            min_samples=stop.min_samples,
        )
        for stop in stops
        if stop.metric and stop.above is not None
    )


def stops_of(experiment: Experiment, *, live: bool) -> tuple[Stop, ...]:
    """Return the conditions of a run; a live one that names none has two kinds of its own.

    Half of the users without an answer, or a quarter of the attempts failing at an endpoint that
    no fault is at: then the rehearsal has become the incident.
    """
    if experiment.stop or not live:
        return experiment.stop
    faulted = {name for fault in experiment.faults for name in fault.at}
    spared = [name for name in experiment.route.order if name not in faulted]
    return (
        Stop(metric="user_errors", above=LIVE_USER_ERRORS_PERCENT),
        *(
            Stop(metric="native_errors", endpoint=name, above=LIVE_NATIVE_ERRORS_PERCENT)
            for name in spared
        ),
    )
