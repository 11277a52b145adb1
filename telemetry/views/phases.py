"""One row per phase that the run reached."""

from collections.abc import Iterator

import msgspec

from telemetry.exchange import Phase
from telemetry.view import Column, Seen, View, between_s


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    seen: Seen
    phase: Phase


def _rows(seen: Seen) -> Iterator[_Row]:
    for phase in seen.evidence.phases:
        yield _Row(seen=seen, phase=phase)


VIEW: View[_Row] = View(
    name="phases",
    doc=str(__doc__),
    rows=_rows,
    columns=(
        Column(
            "phase",
            "VARCHAR",
            "`warm_up`, `baseline`, `fault` or `recovery`",
            lambda r: r.phase.name,
        ),
        Column("start_s", "DOUBLE", "its start", lambda r: r.seen.at_s(r.phase.start_ns)),
        Column("end_s", "DOUBLE", "its end", lambda r: r.seen.at_s(r.phase.end_ns)),
        Column(
            "duration_s",
            "DOUBLE",
            "end - start",
            lambda r: between_s(r.phase.start_ns, r.phase.end_ns),
        ),
        Column(
            "exchanges",
            "BIGINT",
            "exchanges that count for it",
            lambda r: len(r.seen.evidence.in_phase(r.phase.name)),
        ),
    ),
)
