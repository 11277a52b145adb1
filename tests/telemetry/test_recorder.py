from pathlib import Path

from telemetry.recorder import Recorder, open_spool
from telemetry.rows import AnyRow, Event, Opened, SpanCollected, SpoolEnded, decode_row


def rows_in(data: bytes) -> list[AnyRow]:
    return [decode_row(line) for line in data.split(b"\n") if line]


def tick(number: int) -> Event:
    return Event(name="tick", at_ns=number)


def test_rows_are_numbered_and_the_last_counts_them(tmp_path: Path) -> None:
    recorder = open_spool(tmp_path, "worker", 3)
    for number in range(5):
        recorder.record(tick(number))
    recorder.close()
    rows = rows_in((tmp_path / "spool" / "worker-3.ndjson").read_bytes())
    assert [row.seq for row in rows] == list(range(7))
    assert isinstance(rows[0], Opened)
    assert rows[0].role == "worker"
    assert rows[-1] == SpoolEnded(seq=6, rows=6)


def test_a_row_waits_for_the_flush_unless_it_must_not() -> None:
    written = bytearray()

    def take(data: bytes) -> int:
        written.extend(data)
        return len(data)

    recorder = Recorder(take, "injector")
    recorder.record(tick(1))
    assert len(rows_in(bytes(written))) == 1
    recorder.record_now(tick(2))
    assert [row.seq for row in rows_in(bytes(written))] == [0, 1, 2]


def test_a_full_disk_is_counted_and_leaves_a_gap() -> None:
    written = bytearray()
    full = False

    def take(data: bytes) -> int:
        if full:
            raise OSError(28, "No space left on device")
        written.extend(data)
        return len(data)

    recorder = Recorder(take, "worker")
    full = True
    recorder.record_now(tick(1))
    recorder.record_now(tick(2))
    full = False
    recorder.record_now(tick(3))
    recorder.close()
    rows = rows_in(bytes(written))
    assert [row.seq for row in rows] == [0, 3, 4]
    assert recorder.dropped == 2
    assert rows[-1] == SpoolEnded(seq=4, rows=4, dropped=2)


def test_after_a_torn_write_the_next_row_starts_on_its_own_line() -> None:
    written = bytearray()
    room = [10_000, 20, 10_000, 10_000]

    def take(data: bytes) -> int:
        taken = data[: room.pop(0)]
        written.extend(taken)
        return len(taken)

    recorder = Recorder(take, "worker")
    recorder.record_now(tick(1))
    recorder.record_now(tick(2))
    lines = bytes(written).split(b"\n")
    assert len(lines[1]) == 20
    assert decode_row(lines[2]) == Event(seq=2, name="tick", at_ns=2)
    assert recorder.dropped == 1


def test_every_text_of_a_span_is_cleaned(tmp_path: Path) -> None:
    known = {"API_KEY": "open sesame"}
    recorder = open_spool(tmp_path, "collector", environment=known, among="collected")
    secret = "it is open sesame, " + "x" * 500
    row = SpanCollected(
        trace_id="a",
        span_id="b",
        name=secret,
        start_unix_ns=1,
        end_unix_ns=2,
        trace_state=secret,
        status_message=secret,
        scope=secret,
        scope_version=secret,
        attributes={"prompt": secret, secret: [secret, {"inner": secret}]},
        resource={"service.name": secret},
    )
    recorder.record(row)
    recorder.close()
    written = (tmp_path / "collected" / "collector-0.ndjson").read_bytes()
    assert b"sesame" not in written
    assert written.count(b"[redacted]") == 10


def test_a_value_is_judged_with_its_name_however_often_it_came(tmp_path: Path) -> None:
    recorder = open_spool(tmp_path, "program", environment={})
    shared = {"host": "here"}
    for name, resource in (
        ("word", shared),
        ("api_key", shared),
        ("word", {"password": "hunter two"}),
        ("number", shared),
    ):
        value = 7 if name == "number" else "abcdefghij"
        recorder.record(
            SpanCollected(
                trace_id="a",
                span_id="b",
                name="n",
                start_unix_ns=1,
                end_unix_ns=2,
                attributes={name: value},
                resource=resource,
            )
        )
    recorder.close()
    rows = rows_in((tmp_path / "spool" / "program-0.ndjson").read_bytes())
    spans = [row for row in rows if isinstance(row, SpanCollected)]
    assert [(span.attributes, span.resource) for span in spans] == [
        ({"word": "abcdefghij"}, {"host": "here"}),
        ({"api_key": "[redacted]"}, {"host": "here"}),
        ({"word": "abcdefghij"}, {"password": "[redacted] two"}),
        ({"number": 7}, {"host": "here"}),
    ]
