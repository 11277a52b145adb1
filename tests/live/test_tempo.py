"""Tempo's API as it is documented, by a server of ours: search, limits, padding, refusals."""

from collections.abc import Mapping

import pytest

from telemetry.foreign.sources.asking import Store, headers_of
from telemetry.foreign.sources.otlp_json import UnreadableSourceError
from telemetry.foreign.sources.tempo import read
from telemetry.foreign.span import Span
from tests.live.trace_stores import as_tempo, serving
from tests.telemetry.foreign.made import ZERO_S, call

pytestmark = pytest.mark.live

TRACES = {
    f"{i:032x}": [call(1, i / 4, i / 4 + 1, trace=i, error="503" if i % 5 == 0 else "")]
    for i in range(1, 121)
}
BETWEEN = (int(ZERO_S), int(ZERO_S) + 40)


def tempo(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, object]:
    if headers.get("Authorization") != "Bearer me":
        return 401, b"no token"
    if path == "/api/search":
        assert query["q"] == "{ true }"
        start, end = (int(query[name]) * 10**9 for name in ("start", "end"))
        hits = [t for t, spans in TRACES.items() if start <= spans[0].start_ns <= end]
        # Leading zeros are gone, as Tempo does it.
        return 200, {"traces": [{"traceID": t.lstrip("0")} for t in hits[: int(query["limit"])]]}
    return 200, as_tempo(TRACES[path.rpartition("/")[2]])


def asked(url: str, limit: int, token: str = "Bearer%20me") -> list[Span]:
    store = Store(url, headers_of(f"Authorization={token}"))
    found = read(store, "{ true }", BETWEEN, limit)
    assert not found.cuts
    return found.spans


def test_every_trace_is_read_whatever_the_limit() -> None:
    with serving(tempo) as url:
        for limit in (1000, 20):
            spans = {span.trace_id: [span] for span in asked(url, limit)}
            assert spans == TRACES


def test_a_limit_that_cuts_is_told() -> None:
    with serving(tempo) as url:
        store = Store(url, headers_of("Authorization=Bearer%20me"))
        found = read(store, "{ true }", BETWEEN, 2)
    assert found.cuts
    assert len(found.spans) < len(TRACES)


def test_a_refusal_is_told_in_the_stores_own_words() -> None:
    with serving(tempo) as url, pytest.raises(UnreadableSourceError, match="401 no token"):
        asked(url, 10, token="me")


@pytest.mark.parametrize("document", [b"<html>", {"traces": [{"traceID": "1"}]}])
def test_what_is_no_tempo_is_told(document: object) -> None:
    with (
        serving(lambda *_: (200, document)) as url,
        pytest.raises(UnreadableSourceError, match=r"127\.0\.0\.1"),
    ):
        read(Store(url, {}), "{}", BETWEEN, 10)


def test_a_store_that_is_busy_is_asked_again() -> None:
    seen: list[str] = []

    def busy(path: str, *_: object) -> tuple[int, object]:
        seen.append(path)
        return (429, b"later") if len(seen) == 1 else (200, {"traces": []})

    with serving(busy) as url:
        assert not read(Store(url, {}), "{}", BETWEEN, 10).spans
    assert seen == ["/api/search"] * 2


@pytest.mark.parametrize("url", ["localhost:3200", "file:///etc/passwd", ""])
def test_an_address_is_http(url: str) -> None:
    with pytest.raises(UnreadableSourceError, match="expected an http"):
        Store(url, {})
