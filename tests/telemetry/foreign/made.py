"""Spans of somebody else's, made of numbers: seconds since the epoch plus a million."""

from typing import Any

from telemetry.clock import nanoseconds
from telemetry.foreign.span import Span

ZERO_S = 1_000_000.0


def ns(at_s: float) -> int:
    return nanoseconds(ZERO_S + at_s)


def call(
    id_: int,
    start: float,
    end: float,
    *,
    provider: str = "azure.ai.openai",
    trace: int = 1,
    parent: int = 0,
    error: str = "",
    events: tuple[tuple[str, int], ...] = (),
    **more: Any,
) -> Span:
    """Return a call to a model; `more` are attributes, with `__` for a dot."""
    said = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider}
    said |= {"error.type": error} if error else {}
    return span(id_, start, end, trace=trace, parent=parent, events=events,
                status="ERROR" if error else "",
                attributes=said | {k.replace("__", "."): v for k, v in more.items()})  # fmt: skip


def http(id_: int, start: float, end: float, status: int, *, parent: int, **more: Any) -> Span:
    said = {"http.request.method": "POST", "http.response.status_code": status, **more}
    return span(id_, start, end, parent=parent, attributes=said)


def span(
    id_: int,
    start: float,
    end: float,
    *,
    trace: int = 1,
    parent: int = 0,
    kind: str = "CLIENT",
    status: str = "",
    attributes: dict[str, Any] | None = None,
    events: tuple[tuple[str, int], ...] = (),
) -> Span:
    return Span(
        trace_id=f"{trace:032x}",
        span_id=f"{id_:016x}",
        parent_span_id=f"{parent:016x}" if parent else "",
        start_ns=ns(start),
        end_ns=ns(end),
        kind=kind,
        status=status,
        attributes=attributes or {},
        events=events,
    )
