"""Jaeger's JSON API: by a server of ours, and by a real Jaeger where there is one.

The peer needs `jaeger` on the PATH (v2: github.com/jaegertracing/jaeger/cmd/jaeger).
"""

import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from telemetry.foreign.sources.asking import Store
from telemetry.foreign.sources.jaeger import read, services
from telemetry.foreign.sources.otlp_json import UnreadableSourceError
from telemetry.foreign.sources.otlp_json import read as read_file
from tests.live.peers import jaeger_at
from tests.live.test_analysed_example import EXAMPLE_BETWEEN_S, written
from tests.live.trace_stores import as_jaeger, serving
from tests.telemetry.foreign.made import ZERO_S, call

pytestmark = pytest.mark.live

TRACES = [
    [
        call(1, i / 4, i / 4 + 1, trace=i),
        call(2, i / 4, i / 4 + 0.5, trace=i, parent=1, error="503"),
    ]
    for i in range(1, 121)
]
BETWEEN = (int(ZERO_S), int(ZERO_S) + 40)


def jaeger(path: str, query: Mapping[str, str], _: object) -> tuple[int, object]:
    if path == "/api/services":
        return 200, {"data": ["shop"]}
    assert (path, query["service"]) == ("/api/traces", "shop")
    start, end = (int(query[name]) * 1000 for name in ("start", "end"))
    hits = [spans for spans in TRACES if start <= spans[0].start_ns <= end]
    return 200, {"data": [as_jaeger(spans) for spans in hits[: int(query["limit"])]]}


@pytest.mark.parametrize("limit", [1000, 7])
def test_every_trace_is_read_whatever_the_limit(limit: int) -> None:
    with serving(jaeger) as url:
        store = Store(url, {})
        found = read(store, "shop", BETWEEN, limit)
        assert services(store) == ["shop"]
    spans = sorted(found.spans, key=lambda span: (span.trace_id, span.span_id))
    assert not found.cuts
    assert [(s.trace_id, s.span_id, s.parent_span_id, s.status, s.start_ns) for s in spans] == [
        (s.trace_id, s.span_id, s.parent_span_id, s.status, s.start_ns) for t in TRACES for s in t
    ]


def test_errors_that_it_answers_with_are_told() -> None:
    answer = {"data": None, "errors": [{"code": 400, "msg": "parameter 'service' is required"}]}
    with (
        serving(lambda *_: (200, answer)) as url,
        pytest.raises(UnreadableSourceError, match="is required"),
    ):
        read(Store(url, {}), "", BETWEEN, 10)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Start a Jaeger; yields where to ask and where to send."""
    with jaeger_at(tmp_path) as ports:
        here = "http://127.0.0.1"
        yield f"{here}:{ports['query']}", f"{here}:{ports['http']}/v1/traces"


@pytest.mark.peer
def test_a_real_jaeger_gives_back_what_was_sent_to_it(
    real: tuple[str, str], tmp_path: Path
) -> None:
    url, sink = real
    file = written(tmp_path)
    for line in file.read_bytes().splitlines():
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(sink, data=line, headers=headers)  # noqa: S310 - ours
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - ours
    found = read(Store(url, {}), services(Store(url, {}))[0], EXAMPLE_BETWEEN_S, 1000)
    sent = read_file(str(file))
    assert not found.cuts
    kept = ("trace_id", "span_id", "parent_span_id", "kind", "status", "start_ns", "end_ns")
    assert sorted(tuple(getattr(s, k) for k in kept) for s in found.spans) == sorted(
        tuple(getattr(s, k) for k in kept) for s in sent.spans
    )
