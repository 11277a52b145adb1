"""Grafana Tempo over its HTTP API: search by TraceQL, then every trace found, whole.

`GET /api/search?q&start&end&limit` (seconds), then `GET /api/v2/traces/{id}`, whose answer holds
OTLP with ids in base64. Search strips leading zeros off trace ids. Documented at
grafana.com/docs/tempo/latest/api_docs.
"""

from collections.abc import Callable, Mapping

from telemetry.foreign.otlp import NotOtlpError, add
from telemetry.foreign.sources.asking import Store
from telemetry.foreign.sources.otlp_json import UnreadableSourceError
from telemetry.foreign.sources.slicing import Hit, sliced
from telemetry.foreign.span import Spans

Say = Callable[[str], None]
EVERY = 500


def read(
    store: Store, query: str, between_s: tuple[int, int], limit: int, say: Say = lambda _: None
) -> Spans:
    """Read the traces that a query finds; raises UnreadableSourceError."""
    found = Spans(source=store.url)

    def search(start: int, end: int) -> list[Hit]:
        wanted = {"q": query, "start": start, "end": end, "limit": limit}
        answer = store.get("/api/search", wanted)
        traces = answer.get("traces") if isinstance(answer, Mapping) else None
        return [hit for hit in traces or () if isinstance(hit, Mapping)]

    hits = sliced(search, *between_s, limit, found.cuts)
    traces = list(dict.fromkeys(str(hit.get("traceID", "")).rjust(32, "0") for hit in hits))
    for number, trace in enumerate(traces):
        if number and not number % EVERY:
            say(f"{number} of {len(traces)} traces read")
        _add(store, trace, found)
    return found


def _add(store: Store, trace: str, found: Spans) -> None:
    answer = store.get(f"/api/v2/traces/{trace}", {})
    if isinstance(answer, Mapping) and answer.get("status") == "PARTIAL":
        said = answer.get("message") or "it is too large"
        found.cuts.append(f"trace {trace} was given in part: {said}")
    try:
        add(answer, found)
    except NotOtlpError as error:
        raise UnreadableSourceError(f"{store.url}: trace {trace}: {error}") from error
