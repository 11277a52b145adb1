"""One row per fault window: one occurrence of one group of faults."""

from collections.abc import Iterator

import msgspec

from telemetry.exchange import Window
from telemetry.view import Column, Seen, View, between_s
from telemetry.windows import names_of


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    seen: Seen
    name: str
    window: Window


def _rows(seen: Seen) -> Iterator[_Row]:
    for window, name in names_of(seen.evidence.windows).items():
        yield _Row(seen=seen, name=name, window=window)


VIEW: View[_Row] = View(
    name="windows",
    doc=str(__doc__),
    rows=_rows,
    columns=(
        Column(
            "window_name",
            "VARCHAR",
            "its group's name; `group#2` for the second occurrence",
            lambda r: r.name,
        ),
        Column("fault_group", "VARCHAR", "the faults' group", lambda r: r.window.group),
        Column("faults", "VARCHAR[]", "the faults' ids", lambda r: r.window.faults),
        Column("endpoints", "VARCHAR[]", "the endpoints at fault", lambda r: r.window.endpoints),
        Column("start_s", "DOUBLE", "its start", lambda r: r.seen.at_s(r.window.start_ns)),
        Column("end_s", "DOUBLE", "its end", lambda r: r.seen.at_s(r.window.end_ns)),
        Column(
            "duration_s",
            "DOUBLE",
            "end - start",
            lambda r: between_s(r.window.start_ns, r.window.end_ns),
        ),
        Column(
            "first_hit_s",
            "DOUBLE",
            "start of the first touched attempt; NULL where it reached nobody",
            lambda r: r.seen.at_s(r.window.first_hit_ns),
        ),
        Column("share", "DOUBLE", "the largest share of its faults", lambda r: r.window.share),
        Column(
            "selective",
            "BOOLEAN",
            "at an endpoint each of its faults had a share below 1, or chose among requests",
            lambda r: bool(r.window.partial),
        ),
        Column(
            "listener",
            "BOOLEAN",
            "one of its faults acts on a whole listener",
            lambda r: r.window.listener,
        ),
        Column(
            "touched_attempts",
            "BIGINT",
            "attempts that it changed",
            lambda r: r.window.touched_attempts,
        ),
        Column(
            "touched_exchanges",
            "BIGINT",
            "exchanges that it changed",
            lambda r: r.window.touched_exchanges,
        ),
    ),
)
