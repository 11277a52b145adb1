"""Takes requests, whichever way they came: unpacked bytes in, rows and counts out.

Pure but for the row that it hands on; the clock is the caller's.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from telemetry.clock import seconds
from telemetry.collecting.limits import Limits
from telemetry.collecting.otlp_json import JsonReader
from telemetry.collecting.otlp_protobuf import ProtobufReader
from telemetry.collecting.rate import Rate
from telemetry.collecting.refusal import RefusedError, Taken
from telemetry.collecting.spans import Unfit
from telemetry.rows import SpanCollected

Encoding = Literal["protobuf", "json"]

BYTES_PER_SPAN = 512
"""A request counts as a span per so many bytes at the least: text is read for secrets, at some
0.4 us a byte, so that the rate bounds what a collector takes of the cores.
"""


class Counts(msgspec.Struct, kw_only=True):
    """What came since the collector's start; `dropped_attributes` are of spans that were kept."""

    accepted_spans: int = 0
    refused_spans: int = 0
    refused_requests: int = 0
    dropped_attributes: int = 0


class Intake:
    """What one collector takes, over all its connections."""

    def __init__(
        self, record: Callable[[SpanCollected], None], limits: Limits, now_ns: int
    ) -> None:
        self._record = record
        self._limits = limits
        self._rate = Rate(limits, seconds(now_ns))
        self.counts = Counts()

    def take(self, body: bytes, encoding: Encoding, now_ns: int) -> Taken:
        """Record a request's spans; raises RefusedError, which is counted by `refuse`."""
        self._rate.admit(seconds(now_ns))
        reader = JsonReader(self._limits) if encoding == "json" else ProtobufReader(self._limits)
        fit: list[SpanCollected] = []
        unfit: list[Unfit] = []
        try:
            for span in reader.spans(body):
                self._sort(span, fit, unfit)
        finally:
            self._rate.charge(max(len(fit) + len(unfit), 1 + len(body) // BYTES_PER_SPAN))
        for span in fit:
            span.at_ns = now_ns
            self._keep(span)
        self.counts.refused_spans += len(unfit)
        reason = unfit[0].reason if unfit else ""
        return Taken(accepted=len(fit), refused=len(unfit), reason=reason)

    def refuse(self, _refusal: RefusedError) -> None:
        """Count a request that was refused, here or before it was read."""
        self.counts.refused_requests += 1

    def _sort(
        self, span: SpanCollected | Unfit, fit: list[SpanCollected], unfit: list[Unfit]
    ) -> None:
        most = self._limits.spans_per_request
        if isinstance(span, Unfit):
            unfit.append(span)
        elif len(fit) >= most:
            unfit.append(Unfit(f"more than {most} spans in one request"))
        elif self.counts.accepted_spans + len(fit) >= self._limits.spans_per_run:
            unfit.append(Unfit(f"more than {self._limits.spans_per_run} spans in all"))
        else:
            fit.append(span)

    def _keep(self, span: SpanCollected) -> None:
        self.counts.accepted_spans += 1
        self.counts.dropped_attributes += span.dropped_attributes
        self._record(span)
