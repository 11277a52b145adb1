"""What a span says under the GenAI conventions: v1.41, those renamed since, and the older; pure.

Conventions: github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/client-inference.md;
before v1.37 the provider was `gen_ai.system`. HTTP names: the stable ones and those before them.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from telemetry.clock import nanoseconds
from telemetry.foreign.span import Span
from telemetry.names import CLOUD_REGION

INFERENCE = frozenset({"chat", "generate_content", "text_completion", "completion"})
FIRST_TOKEN_EVENTS = frozenset(
    {"gen_ai.first_token", "gen_ai.first_chunk", "first_token", "llm.content.completion.chunk"}
)
"""No convention names such an event; these are in use. Of many, the first counts."""
_FIRST_TOKEN_S = ("gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token")
_PROVIDERS = {
    "az.ai.openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "vertex_ai": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
}
"""What `gen_ai.system` was called before it was `gen_ai.provider.name`."""
_USUAL_PORTS = (80, 443)


class Place(NamedTuple):
    """Where an attempt went, as far as spans tell."""

    provider: str
    address: str = ""
    region: str = ""
    model: str = ""


def is_inference(span: Span) -> bool:
    """Tell whether a span is of a call to a model, whole or one try of it."""
    said = span.attributes.get("gen_ai.operation.name")
    if said is not None:
        return said in INFERENCE
    return bool(provider(span) and span.kind == "CLIENT" and span.attributes.get(REQUEST_MODEL))


def is_http_client(span: Span) -> bool:
    """Tell whether a span is of one HTTP request that was sent."""
    names = ("http.request.method", "http.method")
    return span.kind == "CLIENT" and any(name in span.attributes for name in names)


REQUEST_MODEL = "gen_ai.request.model"


def provider(span: Span) -> str:
    """Return the provider by its present name; empty where there is none."""
    said = _first(span.attributes, "gen_ai.provider.name", "gen_ai.system")
    return _PROVIDERS.get(str(said), str(said)) if said else ""


def place(span: Span, http: Span | None) -> Place:
    """Return where a try went; the HTTP request below it knows the address best."""
    below = http or span
    return Place(
        provider=provider(span) or "unknown",
        address=_address(below.attributes) or _address(span.attributes),
        region=str(_first(span.attributes, CLOUD_REGION) or ""),
        model=str(_first(span.attributes, REQUEST_MODEL) or ""),
    )


def status_code(span: Span) -> int | None:
    """Return the HTTP status; None where there is none."""
    said = _first(span.attributes, "http.response.status_code", "http.status_code")
    return int(said) if isinstance(said, int | str) and str(said).isdigit() else None


def finish_reasons(span: Span) -> tuple[str, ...]:
    """Return why the answer ended, of each choice; empty where that is not told."""
    said = span.attributes.get("gen_ai.response.finish_reasons")
    values = said if isinstance(said, list | tuple) else [said]
    return tuple(str(value).strip('[]"') for value in values if value)


def first_token_ns(span: Span) -> int | None:
    """Return when the first chunk came; None where that is not told."""
    for name in _FIRST_TOKEN_S:
        said = span.attributes.get(name)
        if isinstance(said, int | float) and math.isfinite(said) and said >= 0:
            return span.start_ns + nanoseconds(said)
    moments = [at_ns for name, at_ns in span.events if name in FIRST_TOKEN_EVENTS]
    return min(moments, default=None)


def tokens(span: Span) -> tuple[int | None, int | None]:
    """Return the usage, prompt and answer."""
    used = (
        _first(span.attributes, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        _first(span.attributes, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    )
    asked, answered = (value if isinstance(value, int) else None for value in used)
    return asked, answered


def streamed(span: Span) -> bool | None:
    """Return whether a stream was asked for; None where that is not told."""
    said = span.attributes.get("gen_ai.request.stream")
    return said if isinstance(said, bool) else None


def _address(attributes: Mapping[str, Any]) -> str:
    host = _first(attributes, "server.address", "net.peer.name")
    port = _first(attributes, "server.port", "net.peer.port")
    if not host or port in {None, *_USUAL_PORTS}:
        return str(host or "")
    return f"{host}:{port}"


def _first(attributes: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401 - as attributes are
    return next((attributes[name] for name in names if attributes.get(name) is not None), None)
