"""One row per attempt and fault that changed it; bystanders and canaries are left out."""

from collections.abc import Iterator, Mapping

import msgspec

from telemetry.exchange import Attempt, Exchange, Touch, Window
from telemetry.view import Column, Seen, View
from telemetry.windows import names_of, window_of


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    seen: Seen
    names: Mapping[Window, str]
    exchange: Exchange
    attempt: Attempt
    touch: Touch

    @property
    def window(self) -> str | None:
        found = window_of(self.touch, self.seen.evidence.windows)
        return None if found is None else self.names[found]


def _rows(seen: Seen) -> Iterator[_Row]:
    names = names_of(seen.evidence.windows)
    for exchange in seen.evidence.exchanges:
        for attempt in exchange.attempts:
            for touch in _first_of_each(attempt):
                yield _Row(seen=seen, names=names, exchange=exchange, attempt=attempt, touch=touch)


def _first_of_each(attempt: Attempt) -> list[Touch]:
    """Return the first touch of each fault: one that delays every token is still one fault."""
    ordered = sorted(attempt.touches, key=lambda touch: touch.at_ns, reverse=True)
    return list({touch.fault: touch for touch in ordered}.values())


VIEW: View[_Row] = View(
    name="faults",
    doc=str(__doc__),
    rows=_rows,
    columns=(
        Column("fault", "VARCHAR", "the fault's id", lambda r: r.touch.fault),
        Column(
            "window_name",
            "VARCHAR",
            "the fault window that this belongs to",
            lambda r: r.window,
        ),
        Column("exchange", "BIGINT", "the exchange", lambda r: r.exchange.number),
        Column("attempt", "BIGINT", "the attempt's number in it", lambda r: r.attempt.ordinal),
        Column("trace_id", "VARCHAR", "the exchange's trace", lambda r: r.exchange.trace_id),
        Column("endpoint", "VARCHAR", "where the attempt went", lambda r: r.attempt.endpoint),
        Column(
            "action",
            "VARCHAR",
            "what was done first: `answered`, `delayed`, `withheld`, `reset`, `truncated`, "
            "`replayed` or `refused`",
            lambda r: r.touch.action,
        ),
        Column("at_s", "DOUBLE", "when", lambda r: r.seen.at_s(r.touch.at_ns)),
        Column(
            "asked_upstream",
            "BOOLEAN",
            "the provider was asked all the same",
            lambda r: r.touch.asked_upstream,
        ),
        Column(
            "inferred",
            "BOOLEAN",
            "concluded from the outcome; no proxy attests it",
            lambda r: r.touch.inferred,
        ),
    ),
)
