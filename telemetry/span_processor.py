"""A user's own spans as rows: one per ended span, written at once, so that none is dropped.

For a program under `crosswind exec`, which is told its run folder by `CROSSWIND_RUN_FOLDER`:

    provider.add_span_processor(RowSpanProcessor())

Outside of a run it does nothing. There is no queue and no thread: a span is on disk when its
`end()` returns. A process that forks writes to a file of its own.
"""

import os
import threading
from itertools import islice
from pathlib import Path
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from telemetry.clock import now_ns
from telemetry.collecting.limits import USUAL, Limits
from telemetry.collecting.values import Attributes, number, text
from telemetry.recorder import Recorder, open_spool
from telemetry.rows import SpanCollected
from telemetry.run_folder import COLLECTED

RUN_FOLDER_VARIABLE = "CROSSWIND_RUN_FOLDER"
ROLE = "program"


class RowSpanProcessor(SpanProcessor):
    """Writes a `span` row per ended span to `collected/program-<pid>.ndjson` of a run."""

    def __init__(self, run_folder: Path | None = None) -> None:
        """Without a folder the environment tells it; a span that cannot be written is counted."""
        told = os.environ.get(RUN_FOLDER_VARIABLE, "")
        self._folder = run_folder or (Path(told) if told else None)
        self._lock = threading.Lock()
        self._recorder: Recorder | None = None
        self._pid = 0
        # Looked up by what it is: theirs is hashed by writing it out.
        self._resource: tuple[Resource | None, Attributes] = (None, {})

    @property
    def dropped(self) -> int:
        """How many spans a full disk took."""
        return self._recorder.dropped if self._recorder is not None else 0

    def on_end(self, span: ReadableSpan) -> None:
        """Serve the SDK: a span is over."""
        if self._folder is None or span.context is None:
            return
        with self._lock:
            if self._resource[0] is not span.resource:
                self._resource = span.resource, of_resource(span.resource, USUAL)
            row = row_of(span, USUAL, self._resource[1])
            self._own(self._folder).record_now(row)

    def shutdown(self) -> None:
        """Serve the SDK: no more spans come."""
        with self._lock:
            if self._recorder is not None and self._pid == os.getpid():
                self._recorder.close()
            self._recorder, self._folder = None, None

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the SDK's
        """Serve the SDK: there is nothing that waits."""
        return True

    def _own(self, folder: Path) -> Recorder:
        """Return this process's recorder: a fork must not write to its parent's file."""
        pid = os.getpid()
        if self._recorder is None or self._pid != pid:
            self._recorder, self._pid = open_spool(folder, ROLE, pid, among=COLLECTED), pid
        return self._recorder


def row_of(span: ReadableSpan, limits: Limits, resource: Attributes) -> SpanCollected:
    """Return an ended span as a row, within the bounds that hold for spans of others.

    `resource` is `of_resource` of the span's: the same for all of a program's.
    """
    context, parent, scope = span.get_span_context(), span.parent, span.instrumentation_scope
    return SpanCollected(
        trace_id=f"{context.trace_id:032x}" if context else "",
        span_id=f"{context.span_id:016x}" if context else "",
        parent_span_id=f"{parent.span_id:016x}" if parent else "",
        name=text(span.name, limits),
        start_unix_ns=span.start_time or 0,
        end_unix_ns=span.end_time or 0,
        at_ns=now_ns(),
        span_kind=span.kind.name,
        status="" if span.status.is_unset else span.status.status_code.name,
        status_message=text(span.status.description or "", limits),
        attributes=_attributes(span, limits),
        dropped_attributes=span.dropped_attributes,
        dropped_events=len(span.events) + span.dropped_events,
        dropped_links=len(span.links) + span.dropped_links,
        resource=resource,
        scope=scope.name if scope else "",
        scope_version=(scope.version or "") if scope else "",
    )


def _attributes(span: ReadableSpan, limits: Limits) -> Attributes:
    """Return the first attributes; most values are short texts and whole numbers, as they are."""
    most = limits.text_chars
    # Of theirs, `copy` alone does not ask for one value after the other.
    given: Attributes = span.attributes.copy() if span.attributes else {}  # type: ignore[attr-defined]  # a proxy's
    return {
        name if len(name) <= most else text(name, limits): value
        if (kind := type(value)) is int or (kind is str and len(value) <= most)
        else _plain(value, limits)
        for name, value in islice(given.items(), limits.attributes)
    }


def of_resource(resource: Resource, limits: Limits) -> Attributes:
    """Return who makes spans, as JSON can say it."""
    return {name: _plain(value, limits) for name, value in resource.attributes.items()}


def _plain(value: Any, limits: Limits) -> Any:  # noqa: ANN401 - any attribute's
    """Return a value of the SDK's as JSON can say it."""
    if isinstance(value, str):
        return text(value, limits)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, tuple | list):
        return [_plain(item, limits) for item in value[: limits.items]]
    return value if isinstance(value, bool | int) or value is None else text(str(value), limits)
