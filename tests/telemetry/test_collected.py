from pathlib import Path

from telemetry.collected import collected_spans
from telemetry.recorder import open_spool
from telemetry.rows import Event, SpanCollected


def test_spans_are_read_in_order_past_everything_else(tmp_path: Path) -> None:
    recorder = open_spool(tmp_path, "collector", among="collected")
    rows = [
        SpanCollected(trace_id="a", span_id=str(n), name="x", start_unix_ns=n, end_unix_ns=n)
        for n in range(3)
    ]
    for row in rows:
        recorder.record(row)
    recorder.record_now(Event(name="collected", at_ns=1))
    with (tmp_path / "collected" / "collector-0.ndjson").open("ab") as torn:
        torn.write(b'{"kind":"span","trace')
    assert list(collected_spans(tmp_path)) == rows


def test_a_run_without_a_collector_has_none(tmp_path: Path) -> None:
    assert list(collected_spans(tmp_path)) == []
