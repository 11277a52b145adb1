"""An incident as spans: azure refuses from 10 s to 20 s, vertex answers what it refused."""

from typing import Any

from experiments.analysing.analysed import Traffic, traffic_of
from telemetry.foreign.exchanges import Reading
from telemetry.foreign.span import Span, Spans
from tests.telemetry.foreign.made import call

EVERY_S = 0.1
TOLD: dict[str, Any] = {
    "gen_ai__response__time_to_first_chunk": 0.2,
    "gen_ai__response__finish_reasons": ["stop"],
}


def incident(*, until: float = 30.0, told: dict[str, Any] = TOLD) -> list[Span]:
    """Return the spans; a breaker lets one request in 3 s through while it is open."""
    spans: list[Span] = []
    for number in range(round(until / EVERY_S)):
        at, trace = number * EVERY_S, number + 1
        bad = 10 <= at < 20
        asked = not bad or number < 106 or number % 30 == 0
        if bad and asked:
            spans.append(call(1, at, at + 0.01, trace=trace, error="503"))
        provider = "gcp.vertex_ai" if bad else "azure.ai.openai"
        start = at + 0.01 if bad and asked else at
        spans.append(call(2, start, start + 0.5, trace=trace, provider=provider, **told))
    return spans


def read(spans: list[Span]) -> tuple[Spans, Traffic]:
    found = Spans(source="here", spans=spans)
    return found, traffic_of(found, Reading())
