"""The one row of the run itself."""

from datetime import UTC, datetime

from telemetry.clock import seconds
from telemetry.view import Column, Seen, View


def _time_zero(seen: Seen) -> str:
    wall_s = seconds(seen.record.clock.wall(seen.evidence.start_ns))
    return datetime.fromtimestamp(wall_s, tz=UTC).replace(tzinfo=None).isoformat(" ")


VIEW: View[Seen] = View(
    name="run",
    doc=str(__doc__),
    rows=lambda seen: (seen,),
    columns=(
        Column("run_id", "VARCHAR", "the folder's name", lambda seen: seen.run_id),
        Column("title", "VARCHAR", "the experiment's title", lambda seen: seen.title),
        Column(
            "run_tag",
            "VARCHAR",
            "the first 8 digits of its trace ids",
            lambda seen: seen.record.run_tag,
        ),
        Column("host", "VARCHAR", "whose clock it keeps", lambda seen: seen.record.clock.host),
        Column("time_zero", "TIMESTAMP", "when time zero was, UTC", _time_zero),
        Column(
            "zero_ns",
            "BIGINT",
            "time zero on that host's CLOCK_MONOTONIC, in nanoseconds",
            lambda seen: seen.evidence.start_ns,
        ),
        Column(
            "end_s",
            "DOUBLE",
            "when its drain was over",
            lambda seen: seen.at_s(seen.evidence.end_ns),
        ),
        Column(
            "row_count",
            "BIGINT",
            "rows that its processes wrote",
            lambda seen: sum(spool.rows for spool in seen.record.spools),
        ),
        Column(
            "lost_rows",
            "BIGINT",
            "rows that are missing",
            lambda seen: sum(spool.lost for spool in seen.record.spools),
        ),
    ),
)
